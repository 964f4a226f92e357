/** Tells the time. A test hands in one that stands still until told to move. */
export interface Clock {
  /** @returns milliseconds since the Unix epoch */
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }
