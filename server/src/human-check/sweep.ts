import type { Db } from '../platform/db/index.ts'
import * as breaker from './breaker.store.ts'
import * as proofsOfWork from './proof-of-work.store.ts'
import * as sliders from './slider.store.ts'

const MINUTE_MS = 60 * 1000
/** Late answers learn for a while that they are late; what the breaker looks at is shorter. */
const KEPT_MS = 10 * MINUTE_MS

/**
 * Forgets what is over. Nothing depends on this.
 *
 * @returns how many rows of one kind went, at most; fewer than `atMost`: nothing is left
 */
export async function sweepHumanChecks(db: Db, now: number, atMost: number): Promise<number> {
  return Math.max(
    await sliders.sweep(db, now - KEPT_MS, atMost),
    await proofsOfWork.sweep(db, now - KEPT_MS, atMost),
    await breaker.sweepCounts(db, now - KEPT_MS, atMost),
  )
}
