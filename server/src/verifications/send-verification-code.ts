import { record } from '../audit/index.ts'
import type { Application } from '../applications/index.ts'
import {
  type CheckedSend,
  countForBreaker,
  type HumanCheckRulesDeps,
  passHumanCheck,
  readCredential,
  readHumanCheckRules,
} from '../human-check/index.ts'
import { candidatesFor, type CodeMessage, type Gateways, sendMessage } from '../messages/index.ts'
import type { Clock } from '../platform/clock.ts'
import { type Db, inTransaction } from '../platform/db/index.ts'
import { type Charge, takeAll } from '../platform/limits/index.ts'
import type { Log } from '../platform/log.ts'
import { type Language, Refusal } from '../platform/refusal.ts'
import { randomDigits, orderedId } from '../platform/secrets.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type Address, type AddressMark, areaCodeOf, markAddress } from '../users/index.ts'
import { chargesOf, codeLifetimeMs, lessPerIp } from './budgets.ts'
import { type Purpose, purposes } from './purposes.ts'
import { verificationRefusals } from './refusals.ts'
import { readSendRules, type SendRulesDeps } from './send-policy.ts'
import { affordable, spendCharges } from './spend.ts'
import * as verifications from './verification.store.ts'

const CODE_DIGITS = 6

export interface SendDeps extends SendRulesDeps, HumanCheckRulesDeps {
  readonly db: Db
  readonly vault: Vault
  readonly clock: Clock
  readonly log: Log
  readonly gateways: Gateways
}

export interface SendRequest {
  readonly address: Address
  readonly purpose: Purpose
  readonly application: Application
  /** The sign-in that the code will belong to, if any. */
  readonly signInId: string | undefined
  readonly language: Language
  readonly ip: string
  /** What shows that somebody is no machine; blank is none. */
  readonly captchaToken: string
}

/**
 * Sends a new verification code. Whether anybody has this address makes no difference to what happens.
 *
 * The budgets and the code are committed before a gateway is called, so that a crash or a slow gateway
 * never sends more than the budgets allow. A gateway's failure spends them all the same, and the code stays
 * good, because the message may have gone out. Money is spent at the price of the dearest gateway that may be
 * tried: which one it will be is not known before.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {Refusal} `areaCodeNotAllowed`, `sendRefused`, and what the human check throws
 */
export async function sendVerificationCode(deps: SendDeps, request: SendRequest, now: number): Promise<void> {
  const { address } = request
  const rules = await readSendRules(deps)
  if (address.channel === 'sms' && !rules.areaCodes.includes(areaCodeOf(address))) {
    throw new Refusal(verificationRefusals.areaCodeNotAllowed)
  }

  const mark = markAddress(deps.vault, address)
  const fixedCode = await findFixedCode(deps, mark)
  const message = messageFor(request, fixedCode ?? randomDigits(CODE_DIGITS), now)
  const { clientId } = request.application
  const humanCheck = await readHumanCheckRules(deps, now)
  const check = {
    rules: humanCheck,
    credential:
      humanCheck.wanted === 'from nobody'
        ? undefined
        : await readCredential(deps.vault, request.captchaToken, clientId, now),
    clientId,
    ip: request.ip,
    sender: address,
    isTestAddress: fixedCode !== undefined,
  }
  if (fixedCode !== undefined) return openVerification(deps, request, mark, message, [], check)

  const budgets = humanCheck.isToSendLess ? lessPerIp(rules.budgets) : rules.budgets
  await deps.gateways.use(async (gateways) => {
    const candidates = affordable(candidatesFor(gateways, message), rules.spendPerDay)
    const charges = [
      ...chargesOf(budgets, address, { ip: request.ip, clientId }),
      ...spendCharges(candidates, rules.spendPerDay),
    ]
    await openVerification(deps, request, mark, message, charges, check)
    const origin = { clientId, signInId: request.signInId, address: mark }
    const outcome = await sendMessage(deps, candidates, message, origin)
    if (outcome.result === 'sent') return
    await record(deps.db, {
      kind: outcome.result === 'failed' ? 'code_send_failed' : 'code_send_uncertain',
      ...eventOf(request, mark, now),
      because: outcome.because,
    })
    throw new Refusal(verificationRefusals.sendRefused, { because: `${outcome.result}: ${outcome.because}` })
  })
}

function messageFor(request: SendRequest, verifyCode: string, now: number): CodeMessage {
  const { address, purpose } = request
  return {
    id: orderedId(now),
    to: address,
    template: purposes[purpose].template,
    purpose,
    verifyCode,
    language: request.language,
    applicationName: request.application.name,
    expiresInSeconds: codeLifetimeMs[address.channel] / 1000,
    sentAt: now,
  }
}

/**
 * Takes the budgets, uses the credential of the human check where one is wanted, and opens the verification that
 * the message's code is for, all or nothing.
 *
 * @throws {Refusal} `sendRefused`, and what the human check throws
 */
async function openVerification(
  deps: SendDeps,
  request: SendRequest,
  mark: AddressMark,
  message: CodeMessage,
  charges: readonly Charge[],
  check: CheckedSend,
): Promise<void> {
  const { id, sentAt, verifyCode, expiresInSeconds } = message
  await inTransaction(deps.db, async (tx) => {
    const noRoom = await takeAll(tx, deps.vault, charges, sentAt)
    if (noRoom !== undefined) {
      throw new Refusal(verificationRefusals.sendRefused, {
        because: `no room in the budget "${noRoom.budgetName}"`,
        retryAfterSeconds: noRoom.waitMs / 1000,
      })
    }
    await passHumanCheck(tx, deps.vault, check, sentAt)
    if (!check.isTestAddress) await countForBreaker(tx, 'code sent', sentAt)
    await verifications.replace(tx, {
      id,
      address: mark,
      purpose: request.purpose,
      clientId: request.application.clientId,
      signInId: request.signInId,
      codeHash: deps.vault.codeHash(id, verifyCode),
      sentAt,
      expiresAt: sentAt + expiresInSeconds * 1000,
    })
    await record(tx, {
      kind: 'code_requested',
      ...eventOf(request, mark, sentAt),
      because: request.purpose,
    })
  })
}

function eventOf(request: SendRequest, address: AddressMark, at: number) {
  return {
    at,
    address,
    clientId: request.application.clientId,
    ip: request.ip,
    ...(request.signInId !== undefined && { signInId: request.signInId }),
  }
}

async function findFixedCode(deps: SendDeps, { index }: AddressMark): Promise<string | undefined> {
  const sealed = await verifications.findTestCode(deps.db, index)
  return sealed === undefined ? undefined : deps.vault.open(verifications.codeContext(index), sealed)
}
