import type { Db } from '../platform/db/index.ts'
import type { Log } from '../platform/log.ts'
import { findNextClosing } from '../users/index.ts'
import { removeClosedAccounts } from './remove-closed.ts'

/** Less than the shortest time that an account stays closed, by more than clocks of two instances differ. */
const LOOK_AGAIN_AFTER_MS = 12 * 60 * 60 * 1000
const TRY_AGAIN_AFTER_MS = 60 * 1000

/** Sees to it that closed accounts are gone when their time is over, whether anything swept or not. */
export interface ClosedAccounts {
  /**
   * To be awaited before a request is looked at: afterwards nobody is there whose time is over at `now`, and what was
   * his is free. Nearly always it asks the database nothing: an account that is closed from now on is over in a day at
   * the earliest, so the next one is known.
   *
   * A removal that fails is told to the log and tried again in a minute; until then who should be gone may still not
   * come in.
   *
   * @param now milliseconds since the Unix epoch
   */
  settle(now: number): Promise<void>
}

export function openClosedAccounts(db: Db, log: Log): ClosedAccounts {
  let lookAgainAt = Number.NEGATIVE_INFINITY
  let underWay: Promise<void> | undefined

  async function look(now: number): Promise<void> {
    try {
      await removeClosedAccounts(db, now)
      const next = (await findNextClosing(db)) ?? Number.POSITIVE_INFINITY
      lookAgainAt = Math.min(next, now + LOOK_AGAIN_AFTER_MS)
    } catch (error) {
      log.error({ err: error }, 'closed accounts could not be removed')
      lookAgainAt = now + TRY_AGAIN_AFTER_MS
    }
  }

  return {
    async settle(now) {
      while (now >= lookAgainAt) {
        underWay ??= look(now).finally(() => (underWay = undefined))
        await underWay
      }
    },
  }
}
