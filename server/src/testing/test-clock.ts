import type { Clock } from '../platform/clock.ts'

/** A clock that stands still until it is told to move. */
export interface TestClock extends Clock {
  /** @param ms may be negative: clocks are set back */
  advance(ms: number): void
}

/** Every test begins on the same morning. */
export const TEST_MORNING = Date.UTC(2026, 0, 5, 8, 0, 0)

export function standingClock(startsAt = TEST_MORNING): TestClock {
  let now = startsAt
  return {
    now: () => now,
    advance(ms) {
      now += ms
    },
  }
}
