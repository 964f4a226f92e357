import type { Tx } from '../platform/db/index.ts'
import { hasRoom, networkOf, takeAll } from '../platform/limits/index.ts'
import { Refusal, type RefusalDefinition } from '../platform/refusal.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type Address, markAddress } from '../users/index.ts'
import type { Credential } from './credential.ts'
import { type HumanCheckRules, type HumanCheckRulesDeps, type Kind, readHumanCheckRules } from './policy.ts'
import * as proofsOfWork from './proof-of-work.store.ts'
import { humanCheckRefusals } from './refusals.ts'
import * as sliders from './slider.store.ts'

/** A code that is about to be sent. */
export interface CheckedSend {
  readonly rules: HumanCheckRules
  readonly credential: Credential | undefined
  readonly clientId: string
  readonly ip: string
  readonly sender: Address
  /** Nothing goes out to a test address, so it is not one of many. */
  readonly isTestAddress: boolean
}

/**
 * Lets a send pass, or asks for a check. In the transaction that takes the budgets of the send, so that a
 * credential is spent together with them or not at all; where no check is wanted it is not looked at.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {Refusal} `credentialMissing`, `credentialMismatch`, `credentialExpired`, each with `X-Human-Check`
 */
export async function passHumanCheck(tx: Tx, vault: Vault, send: CheckedSend, now: number): Promise<void> {
  const { rules, credential } = send
  if (await isFree(tx, vault, send, now)) return
  if (credential === undefined) throw refusal(humanCheckRefusals.credentialMissing, rules.kinds)
  if (!rules.kinds.includes(credential.kind)) {
    throw refusal(humanCheckRefusals.credentialMismatch, rules.kinds, `${credential.kind} is not offered`)
  }
  const { outcome, because } = await useCredential(tx, vault, credential, send, now)
  if (outcome === 'used') return
  const { credentialExpired, credentialMismatch } = humanCheckRefusals
  throw refusal(outcome === 'over' ? credentialExpired : credentialMismatch, rules.kinds, because)
}

/** Kinds of check of which one has to come with the next send from there; empty when none has to. */
export async function listWantedKinds(
  deps: HumanCheckRulesDeps & { readonly vault: Vault },
  ip: string,
  now: number,
): Promise<readonly Kind[]> {
  const rules = await readHumanCheckRules(deps, now)
  if (rules.wanted === 'from nobody') return []
  if (rules.wanted === 'from everybody') return rules.kinds
  const isFirst = await hasRoom(deps.db, deps.vault, { budget: rules.unchecked, key: networkOf(ip) }, now)
  return isFirst ? [] : rules.kinds
}

async function isFree(
  tx: Tx,
  vault: Vault,
  { rules, ip, isTestAddress }: CheckedSend,
  now: number,
): Promise<boolean> {
  if (rules.wanted === 'from nobody') return true
  if (rules.wanted === 'from everybody') return false
  if (isTestAddress) return true
  const noRoom = await takeAll(tx, vault, [{ budget: rules.unchecked, key: networkOf(ip) }], now)
  return noRoom === undefined
}

async function useCredential(
  tx: Tx,
  vault: Vault,
  credential: Credential,
  { clientId, sender }: CheckedSend,
  now: number,
): Promise<{ readonly outcome: sliders.UseOutcome; readonly because: string }> {
  if (credential.kind === 'slider') {
    const senderIndex = markAddress(vault, sender).index
    const outcome = await sliders.use(tx, { ...credential, clientId, senderIndex }, now)
    const reasons = { used: '', over: 'used or expired', 'no match': 'unknown, or for somebody else' }
    return { outcome, because: reasons[outcome] }
  }
  const { proof } = credential
  if (proof.is !== 'solved') return { outcome: proof.is, because: proof.because }
  const isFirst = await proofsOfWork.use(tx, proof.challengeHash, proof.expiresAt)
  return isFirst ? { outcome: 'used', because: '' } : { outcome: 'over', because: 'used before' }
}

function refusal(definition: RefusalDefinition, kinds: readonly Kind[], because?: string): Refusal {
  return new Refusal(definition, {
    headers: { 'X-Human-Check': kinds.join(', ') },
    ...(because !== undefined && { because }),
  })
}
