import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { PNG } from 'pngjs'

interface Size {
  readonly width: number
  readonly height: number
}

const COLOURS = 2
const COLOURS_AND_ALPHA = 6
/** Each pixel as its difference from the one before: nearly as small as the best of all filters, and far quicker. */
const FILTER = 1
/** Above this a picture gets hardly smaller. */
const DEFLATE_LEVEL = 5
/** What zlib does unless told otherwise. */
const DEFLATE_STRATEGY = 0

/** @param pixels three bytes each */
export function encodeColours(pixels: Uint8ClampedArray, size: Size): Promise<Buffer> {
  return encode(pixels, size, COLOURS)
}

/** @param pixels four bytes each */
export function encodeWithAlpha(pixels: Uint8ClampedArray, size: Size): Promise<Buffer> {
  return encode(pixels, size, COLOURS_AND_ALPHA)
}

/** Compressed beside the event loop. */
function encode(
  pixels: Uint8ClampedArray,
  size: Size,
  colorType: typeof COLOURS | typeof COLOURS_AND_ALPHA,
): Promise<Buffer> {
  const png = new PNG({
    ...size,
    colorType,
    inputColorType: colorType,
    inputHasAlpha: colorType === COLOURS_AND_ALPHA,
    filterType: FILTER,
    deflateLevel: DEFLATE_LEVEL,
    deflateStrategy: DEFLATE_STRATEGY,
  })
  png.data = Buffer.from(pixels.buffer)
  return buffer(png.pack().pipe(new PassThrough()))
}
