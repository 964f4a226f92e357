/** How long a piece of work may still take, whatever the time of day is set to meanwhile. */
export interface Deadline {
  /** Whole milliseconds; 0 or less when it is over. */
  leftMs(): number
}

/**
 * What a request may spend at WeChat: a little under three seconds, so that the refusal is with the caller
 * within three.
 */
export const WECHAT_TOTAL_MS = 2_800

export function openDeadline(totalMs: number): Deadline {
  const endsAt = performance.now() + totalMs
  return { leftMs: () => Math.floor(endsAt - performance.now()) }
}
