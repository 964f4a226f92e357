/** What clients of this slider were drawn for: they scale by these widths. */
export const PICTURE = { width: 310, height: 155 } as const
/** The piece hangs in a strip as high as the picture, so that it is only moved sideways. */
export const STRIP = { width: 47, height: 155 } as const
