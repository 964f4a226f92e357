import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { sweepTrustedDevices } from './access/index.ts'
import { longestIdTokenSeconds } from './applications/index.ts'
import { sweepPasskeyChallenges, sweepPasswordGuesses, sweepTotp } from './credentials/index.ts'
import type { Deployment } from './deployment.ts'
import { sealedColumns } from './key-columns.ts'
import { sweepHumanChecks, watchBreaker } from './human-check/index.ts'
import { sendNotices, type SendNoticesDeps, sweepAttempts, sweepNotices } from './messages/index.ts'
import type { Clock } from './platform/clock.ts'
import type { Db } from './platform/db/index.ts'
import { sweepBudgets } from './platform/limits/index.ts'
import type { Log } from './platform/log.ts'
import { openResealing } from './platform/vault/reseal.ts'
import { removeClosedAccounts } from './self-service/index.ts'
import { sweepSessions } from './sessions/index.ts'
import { sweepSignIns } from './sign-in/index.ts'
import { tidySigningKeys } from './tokens/index.ts'
import { sweepVerifications } from './verifications/index.ts'

const SWEEP_EVERY_MS = 60_000
/** Few enough that the requests of the moment do not feel it. */
const SWEEP_ROWS = 200
/** In which the requests have the database to themselves. */
const SWEEP_PAUSE_MS = 20
const DAY_MS = 24 * 60 * 60 * 1000
/** How long what is over is kept for whoever looks into it. */
const KEPT_MS = DAY_MS
/** How long attempts at messages are kept: bills come once a month. */
const ATTEMPTS_KEPT_MS = 90 * DAY_MS

/** Removes what is long over, a few rows at a time. Nothing is right only because this ran. */
export function startSweeping(app: FastifyInstance, db: Db, clock: Clock, log: Log): void {
  const closing = new AbortController()
  let underWay: Promise<void> | undefined
  const timer = setInterval(() => {
    underWay ??= sweep(db, clock.now(), closing.signal)
      .catch((error: unknown) => log.error({ err: error }, 'sweeping failed'))
      .finally(() => (underWay = undefined))
    // Guesses alone ask nobody for a code: their alarm is given here.
    void watchBreaker({ db, log }, clock.now()).catch((error: unknown) =>
      log.error({ err: error }, 'looking at the breaker failed'),
    )
  }, SWEEP_EVERY_MS)
  timer.unref()
  app.addHook('onClose', async () => {
    closing.abort()
    clearInterval(timer)
    await underWay
  })
}

type Remove = (db: Db, before: number, atMost: number) => Promise<number>

/**
 * One round of it: piece after piece until nothing is left, however much a busy day has left behind.
 *
 * @param closing ends it after the piece that is under way
 */
export async function sweep(db: Db, now: number, closing?: AbortSignal): Promise<void> {
  const removeAll = async (remove: Remove, before: number): Promise<void> => {
    for (;;) {
      if (closing?.aborted === true || (await remove(db, before, SWEEP_ROWS)) < SWEEP_ROWS) return
      await pause(SWEEP_PAUSE_MS)
    }
  }
  await removeClosedAccounts(db, now)
  for (const remove of [
    sweepBudgets,
    sweepHumanChecks,
    sweepPasswordGuesses,
    sweepTotp,
    sweepPasskeyChallenges,
  ]) {
    await removeAll(remove, now)
  }
  for (const remove of [sweepVerifications, sweepSignIns, sweepSessions, sweepTrustedDevices, sweepNotices]) {
    await removeAll(remove, now - KEPT_MS)
  }
  await removeAll(sweepAttempts, now - ATTEMPTS_KEPT_MS)
  if (closing?.aborted === true) return
  await tidySigningKeys(db, await longestIdTokenSeconds(db), now)
}

const LOOK_FOR_NOTICES_EVERY_MS = 1_000

/** Sends what is in the outbox, until the server closes; one that is being sent then is finished. */
export function startSendingNotices(app: FastifyInstance, deps: SendNoticesDeps): void {
  const closing = new AbortController()
  const sendAllDue = async (): Promise<void> => {
    while (!closing.signal.aborted && (await sendNotices(deps)) > 0);
  }
  let underWay: Promise<void> | undefined
  const timer = setInterval(() => {
    underWay ??= sendAllDue()
      .catch((error: unknown) => deps.log.error({ err: error }, 'looking for notices failed'))
      .finally(() => (underWay = undefined))
  }, LOOK_FOR_NOTICES_EVERY_MS)
  timer.unref()
  app.addHook('onClose', async () => {
    closing.abort()
    clearInterval(timer)
    await underWay
  })
}

const RESEAL_EVERY_MS = 500
/** Between two looks whether an operator made a new data key. */
const RESEAL_AGAIN_AFTER_MS = 60_000

/** After a new data key was made, seals everything again under it, a few rows at a time. */
export function startResealing(
  app: FastifyInstance,
  { db, vault }: Deployment,
  clock: Clock,
  log: Log,
): void {
  const resealing = openResealing(db, vault, sealedColumns)
  const go = async (): Promise<void> => {
    const { unreadable, isPassOver } = await resealing.step(clock.now())
    if (unreadable > 0) log.warn({ rows: unreadable }, 'some rows do not open and are not sealed again')
    wait(isPassOver ? RESEAL_AGAIN_AFTER_MS : RESEAL_EVERY_MS)
  }
  let timer: NodeJS.Timeout | undefined
  const wait = (ms: number): void => {
    timer = setTimeout(() => {
      go().catch((error: unknown) => {
        log.error({ err: error }, 'sealing again failed')
        wait(RESEAL_AGAIN_AFTER_MS)
      })
    }, ms).unref()
  }
  wait(RESEAL_EVERY_MS)
  app.addHook('onClose', async () => clearTimeout(timer))
}
