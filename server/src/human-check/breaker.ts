import { record } from '../audit/index.ts'
import { type Db, inTransaction } from '../platform/db/index.ts'
import type { Log } from '../platform/log.ts'
import * as breaker from './breaker.store.ts'

const MINUTE_MS = 60 * 1000

const GUESSES = { withinMs: MINUTE_MS, wrongAtLeast: 50, wrongPart: 0.3 } as const
const CODES = { withinMs: 5 * MINUTE_MS, sentAtLeast: 200, usedPart: 0.4 } as const

/** How long it stays open after the last sign of trouble, so that it does not flutter. */
const OPEN_MS = 5 * MINUTE_MS

/**
 * Tells whether the breaker is open, and opens it when it has to be: codes are guessed at on a large scale, or
 * sent for nothing. What counts is of this whole deployment, whichever instance saw it; times are told apart by
 * ten seconds, and erred about on the strict side.
 *
 * @param now milliseconds since the Unix epoch
 */
export async function watchBreaker(
  { db, log }: { readonly db: Db; readonly log: Log },
  now: number,
): Promise<boolean> {
  const because = await findTrouble(db, now)
  if (because === undefined) return (await breaker.openUntil(db)) > now

  const isNew = await inTransaction(db, async (tx) => {
    const opened = await breaker.open(tx, now, OPEN_MS)
    if (opened) await record(tx, { kind: 'breaker_opened', at: now, because })
    return opened
  })
  if (isNew) log.warn({ because }, 'the breaker for codes has opened')
  return true
}

/** @returns in words for the operator; `undefined` when all is well */
async function findTrouble(db: Db, now: number): Promise<string | undefined> {
  const { shorter: guesses, longer: codes } = await breaker.countsWithin(
    db,
    GUESSES.withinMs,
    CODES.withinMs,
    now,
  )
  const all = guesses['right guess'] + guesses['wrong guess']
  const wrong = guesses['wrong guess']
  if (wrong >= GUESSES.wrongAtLeast && wrong > all * GUESSES.wrongPart) {
    return `${wrong} of ${all} guesses at codes failed within a minute`
  }
  const [sent, used] = [codes['code sent'], codes['right guess']]
  if (sent >= CODES.sentAtLeast && used < sent * CODES.usedPart) {
    return `of ${sent} codes that were sent within five minutes ${used} were used`
  }
  return undefined
}
