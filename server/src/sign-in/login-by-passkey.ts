import { record } from '../audit/index.ts'
import {
  acceptPasskey,
  type AssertionResponse,
  checkPasskeyAssertion,
  passkeyRefusals,
  type RelyingPartyDeps,
  startPasskeyAssertion,
} from '../credentials/index.ts'
import { type HumanCheckRulesDeps, takeChallenge } from '../human-check/index.ts'
import type { Db, Tx } from '../platform/db/index.ts'
import { orderedId } from '../platform/secrets.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { findUser } from '../users/index.ts'
import type { Caller } from './caller.ts'
import { conclude, type Decision, type Refused, type SignInResult } from './conclude.ts'
import { enter } from './enter.ts'

export interface PasskeyLoginDeps extends RelyingPartyDeps {
  readonly db: Db
  readonly vault: Vault
  readonly humanCheck: HumanCheckRulesDeps['humanCheck']
}

/**
 * Asks somebody for a passkey who has not said who he is: his device shows him those that it has.
 *
 * Each leaves a row behind, so one network may ask for as many as for challenges of the human check.
 *
 * @throws {Refusal} `tooManyChecks`, `passkeysUnavailable`
 */
export async function askForPasskey(deps: PasskeyLoginDeps, caller: Caller) {
  await takeChallenge(deps, caller.ip, caller.now)
  const { clientId } = caller.application
  return startPasskeyAssertion(deps, { purpose: 'sign_in', clientId }, caller.now)
}

/**
 * Signs a person in by a passkey. His device has made sure that it is him, so it stands for two factors, and nothing
 * more is asked for.
 *
 * @throws {Refusal} `passkeyRefused`, `passkeysUnavailable`
 * @see docs/decisions/0023-passkeys.md
 */
export async function loginByPasskey(
  deps: PasskeyLoginDeps,
  caller: Caller,
  response: AssertionResponse,
): Promise<SignInResult> {
  const { now, application } = caller
  const signInId = orderedId(caller.now)
  const asked = { purpose: 'sign_in', clientId: application.clientId, response } as const
  const checked = await checkPasskeyAssertion(deps, asked, now)
  return conclude(deps, caller, async (tx): Promise<Decision> => {
    if (!checked.isRight) return refuse(tx, caller, { ...checked, signInId })
    const { userId } = checked
    const by = { clientId: application.clientId, signInId, ip: caller.ip }
    const doubt = await acceptPasskey(tx, checked, by, now)
    if (doubt !== undefined) return refuse(tx, caller, { signInId, userId, because: doubt })
    const user = await findUser(tx, userId)
    if (user === undefined) throw new Error(`a passkey belongs to user ${userId}, who does not exist`)
    return enter(tx, caller, user, { signInId, identityId: undefined, secondFactorAt: now })
  })
}

async function refuse(
  tx: Tx,
  caller: Caller,
  {
    signInId,
    userId,
    because,
  }: { readonly signInId: string; readonly userId?: string; readonly because: string },
): Promise<Refused> {
  await record(tx, {
    kind: 'sign_in_refused',
    at: caller.now,
    clientId: caller.application.clientId,
    signInId,
    ip: caller.ip,
    because: `passkey: ${because}`,
    ...(userId !== undefined && { userId }),
  })
  return { status: 'REFUSED', definition: passkeyRefusals.passkeyRefused, because }
}
