import { record } from '../audit/index.ts'
import type { Application } from '../applications/index.ts'
import { type Gateway, sendMessage } from '../messages/index.ts'
import { type Db, inTransaction } from '../platform/db/index.ts'
import { takeAll } from '../platform/limits/index.ts'
import type { Log } from '../platform/log.ts'
import { type Language, Refusal } from '../platform/refusal.ts'
import { randomDigits, randomId } from '../platform/secrets.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type Address, areaCodeOf, markAddress } from '../users/index.ts'
import { chargesOf, codeLifetimeMs, type SendBudgets } from './budgets.ts'
import { type Purpose, purposes } from './purposes.ts'
import { verificationRefusals } from './refusals.ts'
import * as verifications from './verification.store.ts'

const CODE_DIGITS = 6

export interface SendDeps {
  readonly db: Db
  readonly vault: Vault
  readonly log: Log
  readonly gateways: readonly Gateway[]
  readonly sendBudgets: SendBudgets
  /** Area codes that messages may go to, for example `86`. */
  readonly allowedAreaCodes: readonly string[]
}

export interface SendRequest {
  readonly address: Address
  readonly purpose: Purpose
  readonly application: Application
  /** The sign-in that the code will belong to, if any. */
  readonly signInId: string | undefined
  readonly language: Language
  readonly ip: string
}

/**
 * Sends a new verification code. Whether anybody has this address makes no difference to what happens.
 *
 * The budgets and the code are committed before the gateway is called, so that a crash or a slow gateway
 * never sends more than the budgets allow. A gateway's failure spends them all the same, and the code stays
 * good, because the message may have gone out.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {Refusal} `areaCodeNotAllowed`, `sendRefused`
 */
export async function sendVerificationCode(deps: SendDeps, request: SendRequest, now: number): Promise<void> {
  const { address, purpose, application } = request
  if (address.channel === 'sms' && !deps.allowedAreaCodes.includes(areaCodeOf(address))) {
    throw new Refusal(verificationRefusals.areaCodeNotAllowed)
  }

  const mark = markAddress(deps.vault, address)
  const fixedCode = await findFixedCode(deps, mark.index)
  const id = randomId()
  const verifyCode = fixedCode ?? randomDigits(CODE_DIGITS)
  const lifetimeMs = codeLifetimeMs[address.channel]

  await inTransaction(deps.db, async (tx) => {
    if (fixedCode === undefined) {
      const charges = chargesOf(deps.sendBudgets, address, { ip: request.ip, clientId: application.clientId })
      const noRoom = await takeAll(tx, deps.vault, charges, now)
      if (noRoom !== undefined) {
        throw new Refusal(verificationRefusals.sendRefused, {
          because: `no room in the budget "${noRoom.budgetName}"`,
          retryAfterSeconds: noRoom.waitMs / 1000,
        })
      }
    }
    await verifications.replace(tx, {
      id,
      address: mark,
      purpose,
      clientId: application.clientId,
      signInId: request.signInId,
      codeHash: deps.vault.codeHash(id, verifyCode),
      sentAt: now,
      expiresAt: now + lifetimeMs,
    })
    await record(tx, {
      kind: 'code_requested',
      at: now,
      address: mark,
      ...eventOf(request),
      because: purpose,
    })
  })
  if (fixedCode !== undefined) return

  const outcome = await sendMessage(deps.gateways, {
    id,
    to: address,
    template: purposes[purpose].template,
    purpose,
    verifyCode,
    language: request.language,
    applicationName: application.name,
    expiresInSeconds: lifetimeMs / 1000,
    sentAt: now,
  })
  if (outcome.result === 'sent') return
  await record(deps.db, {
    kind: outcome.result === 'failed' ? 'code_send_failed' : 'code_send_uncertain',
    at: now,
    address: mark,
    ...eventOf(request),
    because: outcome.because,
  })
  throw new Refusal(verificationRefusals.sendRefused, { because: `${outcome.result}: ${outcome.because}` })
}

function eventOf(request: SendRequest) {
  return {
    clientId: request.application.clientId,
    ip: request.ip,
    ...(request.signInId !== undefined && { signInId: request.signInId }),
  }
}

async function findFixedCode(deps: SendDeps, addressIndex: string): Promise<string | undefined> {
  const sealed = await verifications.findTestCode(deps.db, addressIndex)
  return sealed === undefined ? undefined : deps.vault.open(`test_address ${addressIndex}`, sealed)
}
