import { Refusal } from '../platform/refusal.ts'
import { type Address, listVerifiedAddressesOf } from '../users/index.ts'
import type { Caller } from './caller.ts'
import { findOpenSignIn } from './find-open-sign-in.ts'
import { signInRefusals } from './refusals.ts'
import type { OpenSignIn } from './sign-in.store.ts'
import { usableFactorsOf, type UsableFactorsDeps } from './usable-factors.ts'

/**
 * Finds the number of a user, for whom a sign-in waits, that a code for it can go to. In full: clients ask for the
 * code with it, and only he has got here who has shown the first factor.
 *
 * @throws {Refusal} `stateTokenRefused`, `noOwnMobile`
 */
export async function findOwnMobile(
  deps: UsableFactorsDeps,
  { application, now }: Pick<Caller, 'application' | 'now'>,
  stateToken: string | undefined,
): Promise<string> {
  const signIn = await findOpenSignIn(deps, stateToken, application.clientId, now)
  const mobile = (await addressesOf(deps, signIn)).find(({ channel }) => channel === 'sms')
  if (mobile === undefined) throw new Refusal(signInRefusals.noOwnMobile)
  return mobile.value
}

async function addressesOf(deps: UsableFactorsDeps, signIn: OpenSignIn): Promise<readonly Address[]> {
  switch (signIn.status) {
    case 'MFA_AUTH':
      return (await usableFactorsOf(deps, signIn)).addresses
    case 'PASSWORD_WARN':
    case 'PASSWORD_EXPIRED':
      return listVerifiedAddressesOf(deps.db, deps.vault, signIn.userId)
    case 'SOCIAL_BIND':
    case 'USER_REGISTER': {
      const because = `${signIn.status}: nobody is known yet`
      throw new Refusal(signInRefusals.stateTokenRefused, { because })
    }
  }
}
