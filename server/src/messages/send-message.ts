import type { Clock } from '../platform/clock.ts'
import type { Db } from '../platform/db/index.ts'
import type { Log } from '../platform/log.ts'
import { type AddressMark, areaCodeOf } from '../users/index.ts'
import * as attempts from './message-attempt.store.ts'
import { failed, SEND_TIMEOUT_MS, type Message, type SendOutcome } from './message.ts'
import type { ConfiguredGateway } from './open-gateways.ts'
import { findWording } from './wording.ts'

/** Gateways that are tried for one message. */
const MAX_ATTEMPTS = 3

/** How long all attempts at one message may take together, in milliseconds: somebody waits for the answer. */
const ALL_ATTEMPTS_MS = 8_000

export interface SendMessageDeps {
  readonly db: Db
  readonly clock: Clock
  readonly log: Log
}

/** What a message belongs to, for the record of its attempts. */
export interface MessageOrigin {
  readonly clientId: string
  readonly signInId: string | undefined
  readonly address: AddressMark
}

/** The gateways that a message can go out by, in the order in which they are tried. */
export function candidatesFor(
  gateways: readonly ConfiguredGateway[],
  message: Message,
): readonly ConfiguredGateway[] {
  const { channel } = message.to
  return gateways
    .filter(({ gateway }) => gateway.channel === channel)
    .filter(({ areaCodes }) => channel !== 'sms' || (areaCodes?.includes(areaCodeOf(message.to)) ?? true))
    .filter(({ gateway }) => gateway.canCarry?.(message) ?? true)
}

/**
 * Sends by the first gateway that takes the message. The next one is tried only when the last one has
 * certainly not sent it: where it may have gone out, a second message would be worse than none.
 *
 * Each attempt is on record once it is over. When the process ends in between, the record of that attempt is
 * missing and the message may have gone out; that it was asked for was committed before, with its budgets.
 */
export async function sendMessage(
  deps: SendMessageDeps,
  candidates: readonly ConfiguredGateway[],
  message: Message,
  origin: MessageOrigin,
): Promise<SendOutcome> {
  const worded = { ...message, wording: await findWording(deps.db, message) }
  // Each attempt has a deadline of its own, so one that begins by then is over in time.
  const beginsUntil = deps.clock.now() + ALL_ATTEMPTS_MS - SEND_TIMEOUT_MS
  let outcome = failed(`no gateway for ${destinationOf(message)}`)
  for (const [index, candidate] of candidates.slice(0, MAX_ATTEMPTS).entries()) {
    if (index > 0 && deps.clock.now() > beginsUntil) break
    outcome = await candidate.gateway.send(worded)
    await keepRecord(deps, candidate, message, origin, index + 1, outcome)
    if (outcome.result !== 'failed') break
  }
  return outcome
}

/** A record that cannot be written changes nothing about the message: what was sent is not reported as lost. */
async function keepRecord(
  { db, log }: SendMessageDeps,
  candidate: ConfiguredGateway,
  message: Message,
  origin: MessageOrigin,
  number: number,
  outcome: SendOutcome,
): Promise<void> {
  const { to, purpose } = message
  const gateway = candidate.name
  if (outcome.result !== 'sent') log.warn({ gateway, ...outcome }, 'a gateway did not send a message')
  const attempt = {
    messageId: message.id,
    number,
    ...origin,
    at: message.sentAt,
    gateway,
    channel: to.channel,
    purpose,
    areaCode: to.channel === 'sms' ? areaCodeOf(to) : undefined,
    outcome,
    cost: outcome.result === 'failed' ? undefined : candidate.price,
  }
  await attempts.insert(db, attempt).catch((error: unknown) => {
    log.error({ err: error, gateway, result: outcome.result }, 'an attempt at a message is not on record')
  })
}

function destinationOf({ to }: Message): string {
  return to.channel === 'sms' ? `sms to ${areaCodeOf(to)}` : to.channel
}
