import { beginTotp, type BegunTotp } from '../credentials/index.ts'
import { inTransaction } from '../platform/db/index.ts'
import { Refusal } from '../platform/refusal.ts'
import { accountNameOf, findUser } from '../users/index.ts'
import type { Caller } from './caller.ts'
import { findSignInOfSecondFactor } from './find-open-sign-in.ts'
import { signInRefusals } from './refusals.ts'
import * as signIns from './sign-in.store.ts'
import { usableFactorsOf, type UsableFactorsDeps } from './usable-factors.ts'

/**
 * Gives a secret for his authenticator app to a user of whom a rule wants a second factor and who has nothing to show.
 * It counts once he passes this sign-in with a code of it.
 *
 * @throws {Refusal} `stateTokenRefused`, also for whoever has something to show
 */
export async function beginTotpInSignIn(
  deps: UsableFactorsDeps,
  caller: Caller,
  stateToken: string | undefined,
): Promise<BegunTotp> {
  const { db, vault } = deps
  const { application, language, now } = caller
  const signIn = await findSignInOfSecondFactor(deps, stateToken, application.clientId, now)
  const { steps } = await usableFactorsOf(deps, signIn)
  if (!steps.includes('enrol')) throw refused('its user has a second factor to show')
  return inTransaction(db, async (tx) => {
    if (!(await signIns.hold(tx, signIn, now))) throw refused('completed, ended or replaced meanwhile')
    const user = await findUser(tx, signIn.userId)
    if (user === undefined) throw refused('its user was removed meanwhile')
    const account = await accountNameOf(tx, vault, user)
    return beginTotp(tx, vault, { userId: user.id, issuer: application.name[language], account }, now)
  })
}

function refused(because: string): Refusal {
  return new Refusal(signInRefusals.stateTokenRefused, { because })
}
