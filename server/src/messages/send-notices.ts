import { randomId } from '../platform/secrets.ts'
import type { OpenedVault } from '../platform/vault/open-vault.ts'
import { type AddressMark, markAddress } from '../users/index.ts'
import type { NoticeMessage, SendOutcome } from './message.ts'
import * as notices from './notice.store.ts'
import type { ConfiguredGateway, Gateways } from './open-gateways.ts'
import { candidatesFor, sendMessage, type SendMessageDeps } from './send-message.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

/** Longer than all attempts at one message take together. */
const CLAIM_MS = MINUTE_MS
/** Notices that one instance sends at once. */
const AT_ONCE = 10
/** How long after each try that has certainly not sent it the next one follows. With the first there are five. */
const TRY_AGAIN_AFTER_MS: readonly number[] = [MINUTE_MS, 10 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS]
/** Nobody wants to be told of what happened the day before yesterday. */
const WORTH_SENDING_MS = 24 * HOUR_MS

/** What the rules for sending make of a notice: its gateways, or why none may carry it now or ever. */
export type Admission =
  | { readonly kind: 'admitted'; readonly gateways: readonly ConfiguredGateway[] }
  | { readonly kind: 'never'; readonly because: string }
  | { readonly kind: 'not now'; readonly because: string }

export interface SendNoticesDeps extends SendMessageDeps {
  readonly vault: OpenedVault
  readonly gateways: Gateways
  /** Asked before each try; takes what the try costs. */
  admitNotice(
    message: NoticeMessage,
    mark: AddressMark,
    gateways: readonly ConfiguredGateway[],
    now: number,
  ): Promise<Admission>
}

/**
 * Sends notices that are due, a few of them.
 *
 * At least once: of many instances one sends each, but a process that is killed between the gateway's answer and
 * the next statement leaves the notice as claimed, and after the end of the claim it is sent a second time, under
 * the same message id. What may have gone out is otherwise never repeated.
 *
 * @returns how many it took on; 0 when nothing is due
 */
export async function sendNotices(deps: SendNoticesDeps): Promise<number> {
  const due = await notices.listDue(deps.db, deps.clock.now(), AT_ONCE)
  if (due.length === 0) return 0
  // What other instances sealed under a newer data key is to be read here.
  await deps.vault.refresh(deps.clock.now())
  const taken = await Promise.all(due.map((id) => takeOn(deps, id)))
  return taken.filter(Boolean).length
}

async function takeOn(deps: SendNoticesDeps, id: string): Promise<boolean> {
  const { db, clock, log } = deps
  const now = clock.now()
  const notice = await notices.claim(db, id, now + CLAIM_MS, now)
  if (notice === undefined) return false
  try {
    await settle(deps, notice, await tryToSend(deps, notice, now))
  } catch (error) {
    // It is due again when the claim ends.
    log.error({ err: error, kind: notice.kind }, 'a notice could not be sent')
  }
  return true
}

type Try = SendOutcome | { readonly result: 'dropped'; readonly because: string }

async function tryToSend(deps: SendNoticesDeps, notice: notices.ClaimedNotice, now: number): Promise<Try> {
  if (now - notice.at > WORTH_SENDING_MS) return { result: 'dropped', because: 'too late' }
  if (notice.tries > TRY_AGAIN_AFTER_MS.length + 1) return { result: 'dropped', because: 'claimed too often' }
  const message = messageOf(deps, notice)
  const mark = markAddress(deps.vault, message.to)
  return deps.gateways.use(async (gateways) => {
    const candidates = candidatesFor(gateways, message)
    if (candidates.length === 0) return { result: 'dropped', because: 'no gateway carries it' }
    const admission = await deps.admitNotice(message, mark, candidates, now)
    if (admission.kind === 'never') return { result: 'dropped', because: admission.because }
    if (admission.kind === 'not now') return { result: 'failed', because: admission.because }
    const origin = { clientId: notice.clientId, signInId: undefined, address: mark }
    return sendMessage(deps, admission.gateways, message, origin)
  })
}

async function settle(deps: SendNoticesDeps, notice: notices.ClaimedNotice, outcome: Try): Promise<void> {
  const now = deps.clock.now()
  const pauseMs = TRY_AGAIN_AFTER_MS[notice.tries - 1]
  if (outcome.result !== 'failed' || pauseMs === undefined) return notices.end(deps.db, notice, outcome, now)
  await notices.postpone(deps.db, notice, now + pauseMs, randomId())
}

function messageOf({ vault }: SendNoticesDeps, notice: notices.ClaimedNotice): NoticeMessage {
  return {
    id: notice.messageId,
    to: {
      channel: notice.channel,
      value: vault.open(notices.sealContext(notice.id), notice.addressSealed),
    },
    template: notice.kind,
    purpose: notice.kind,
    language: notice.language,
    applicationName: notice.applicationName,
    sentAt: notice.at,
  }
}
