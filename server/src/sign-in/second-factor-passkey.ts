import { record } from '../audit/index.ts'
import {
  acceptPasskey,
  type AssertionResponse,
  checkPasskeyAssertion,
  passkeyRefusals,
  type RelyingPartyDeps,
  startPasskeyAssertion,
} from '../credentials/index.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Caller } from './caller.ts'
import type { Refused, SignInResult } from './conclude.ts'
import { findSignInOfSecondFactor } from './find-open-sign-in.ts'
import { passSecondFactor } from './pass-second-factor.ts'
import { signInRefusals } from './refusals.ts'
import type { SecondFactorSignIn } from './sign-in.store.ts'
import { usableFactorsOf, type UsableFactorsDeps } from './usable-factors.ts'

export type PasskeyFactorDeps = UsableFactorsDeps & RelyingPartyDeps

/** A challenge of one sign-in is good in no other. */
const ceremonyOf = ({ clientId, userId, id: signInId }: SecondFactorSignIn) =>
  ({ purpose: 'second_factor', clientId, userId, signInId }) as const

/**
 * Asks the user of a sign-in for one of his passkeys.
 *
 * @throws {Refusal} `stateTokenRefused`, also when he has none; `passkeysUnavailable`
 */
export async function askForOwnPasskey(
  deps: PasskeyFactorDeps,
  caller: Caller,
  stateToken: string | undefined,
) {
  const { application, now } = caller
  const signIn = await findSignInOfSecondFactor(deps, stateToken, application.clientId, now)
  const { steps } = await usableFactorsOf(deps, signIn)
  if (!steps.includes('passkey')) {
    throw new Refusal(signInRefusals.stateTokenRefused, { because: 'its user has no passkey' })
  }
  return startPasskeyAssertion(deps, ceremonyOf(signIn), now)
}

/**
 * Passes a second factor by a passkey.
 *
 * @throws {Refusal} `passkeyRefused`, `passkeysUnavailable`, and those of `passSecondFactor`
 */
export async function passByPasskey(
  deps: PasskeyFactorDeps,
  caller: Caller,
  stateToken: string | undefined,
  { response, trustsDevice }: { readonly response: AssertionResponse; readonly trustsDevice: boolean },
): Promise<SignInResult> {
  const { application, ip, now } = caller
  const { clientId } = application
  const found = await findSignInOfSecondFactor(deps, stateToken, clientId, now)
  const checked = await checkPasskeyAssertion(deps, { ...ceremonyOf(found), response }, now)
  return passSecondFactor(deps, caller, stateToken, {
    factors: ['passkey'],
    trustsDevice,
    async prove(tx, { id: signInId, userId }) {
      const by = { clientId, signInId, ip }
      const because = checked.isRight ? await acceptPasskey(tx, checked, by, now) : checked.because
      if (because === undefined) return {}
      await record(tx, {
        kind: 'second_factor_refused',
        at: now,
        userId,
        because: `passkey: ${because}`,
        ...by,
      })
      const refused: Refused = { status: 'REFUSED', definition: passkeyRefusals.passkeyRefused, because }
      return refused
    },
  })
}
