import { trustDevice } from '../access/index.ts'
import { record } from '../audit/index.ts'
import { findIdentityOwner, findSwitchedOnConnection, turnsOf } from '../connections/index.ts'
import { takeTurns, type Tx } from '../platform/db/index.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { findUser, listVerifiedAddressesOf, type User } from '../users/index.ts'
import type { Caller } from './caller.ts'
import { type Bind, commitBind, lookAtBind } from './commit-bind.ts'
import { conclude, type Decision, type Refused, type SignInResult } from './conclude.ts'
import { admit, type CameBy, isAdmitted, letIn } from './enter.ts'
import { findSignInOfSecondFactor } from './find-open-sign-in.ts'
import { enterUnlessOld } from './login-by-password.ts'
import { signInRefusals } from './refusals.ts'
import { reopenAndLetIn } from './reopen-account.ts'
import * as signIns from './sign-in.store.ts'
import type { FactorStep } from './steps.ts'
import { usableFactorsOf, type UsableFactorsDeps } from './usable-factors.ts'

/** A second factor that somebody shows in a sign-in that waits for one. */
export interface ShownFactor {
  /** What it can be; the one that this user is asked for counts. */
  readonly factors: readonly FactorStep[]
  /** His user wants this device to count as known from now on. */
  readonly trustsDevice: boolean
  /**
   * Looks at what is shown, in the transaction that decides: what a wrong one has paid stays paid.
   *
   * @returns what is wrong with it; otherwise what its user is told once, beside the answer
   */
  prove(
    tx: Tx,
    signIn: signIns.SecondFactorSignIn,
    factor: FactorStep,
  ): Promise<Refused | { readonly recoveryCodes?: readonly string[] | undefined }>
}

/**
 * Passes the second factor of a sign-in, and does what the sign-in has put off until then: binds the identity, opens
 * the account again, looks at the age of the password, opens the session.
 *
 * One transaction. A wrong factor commits the guess that it paid, and the sign-in stays open for the next try.
 *
 * @throws {Refusal} `stateTokenRefused`, also when this user is not asked for this factor; `secondIdentity`,
 *   `twoUsers`, `notClosed`, and those of the factor
 * @see docs/decisions/0022-second-factor.md
 */
export async function passSecondFactor(
  deps: UsableFactorsDeps,
  caller: Caller,
  stateToken: string | undefined,
  shown: ShownFactor,
): Promise<SignInResult> {
  const { clientId } = caller.application
  const signIn = await findSignInOfSecondFactor(deps, stateToken, clientId, caller.now)
  const { steps } = await usableFactorsOf(deps, signIn)
  const factor = shown.factors.find((each) => steps.includes(each))
  if (factor === undefined) throw refused(`its user is not asked for ${shown.factors.join(' or ')}`)
  return conclude(deps, caller, async (tx) => {
    if (signIn.identity !== undefined) await takeTurns(tx, turnsOf(signIn.identity))
    if (!(await signIns.hold(tx, signIn, caller.now))) throw refused('completed, ended or replaced meanwhile')
    const proved = await shown.prove(tx, signIn, factor)
    if ('status' in proved) return proved
    const decision = await goOn(tx, deps.vault, caller, signIn, factor)
    if ('wants' in decision) return { ...decision, ...proved }
    await signIns.complete(tx, signIn.id, caller.now)
    if (decision.status !== 'SUCCESS') return decision
    const deviceTrust = shown.trustsDevice ? await trust(tx, caller, signIn) : undefined
    return { ...decision, ...proved, deviceTrust }
  })
}

async function goOn(
  tx: Tx,
  vault: Vault,
  caller: Caller,
  signIn: signIns.SecondFactorSignIn,
  factor: FactorStep,
): Promise<Decision> {
  const { now, application, ip } = caller
  const { clientId } = application
  const user = await findUser(tx, signIn.userId)
  if (user === undefined) throw refused('its user was removed meanwhile')
  await record(tx, {
    kind: 'second_factor_passed',
    at: now,
    clientId,
    userId: user.id,
    signInId: signIn.id,
    ip,
    because: factor,
  })
  return takeEffect(tx, vault, caller, signIn, user)
}

function trust(tx: Tx, { application, ip, device, now }: Caller, signIn: signIns.SecondFactorSignIn) {
  const { clientId } = application
  return trustDevice(tx, { userId: signIn.userId, clientId, signInId: signIn.id, ip, device }, now)
}

async function takeEffect(
  tx: Tx,
  vault: Vault,
  caller: Caller,
  signIn: signIns.SecondFactorSignIn,
  user: User,
): Promise<Decision> {
  const { id: signInId, effect, identity, provedChannel } = signIn
  const owner = identity && (await findIdentityOwner(tx, identity))
  if (effect === 'enter' && owner !== undefined && !(owner.kind === 'bound' && owner.userId === user.id)) {
    throw refused('the identity is no longer his')
  }
  const by: CameBy = {
    signInId,
    isContinued: true,
    identity,
    identityId: owner?.kind === 'bound' ? owner.identityId : undefined,
    provedChannel,
    secondFactorAt: caller.now,
  }
  const admitted = await admit(tx, caller, user, by, effect)
  if (!isAdmitted(admitted)) return admitted
  switch (effect) {
    case 'enter':
      return letIn(tx, caller, user, by, admitted)
    case 'look at password':
      return enterUnlessOld(tx, caller, user, by, admitted)
    case 'reopen': {
      const reopened = await reopenAndLetIn(tx, vault, caller, user, by, admitted)
      return (
        reopened ?? { status: 'REFUSED', definition: signInRefusals.notClosed, because: 'no longer closed' }
      )
    }
    case 'bind':
    case 'adopt': {
      const bound = await bindNow(tx, vault, caller, signIn, user)
      return typeof bound === 'string'
        ? letIn(tx, caller, user, { ...by, identityId: bound }, admitted)
        : bound
    }
  }
}

/** @returns the identity's id; otherwise what has come between since the second factor was asked for */
async function bindNow(
  tx: Tx,
  vault: Vault,
  caller: Caller,
  { id: signInId, clientId, effect, identity, provedChannel }: signIns.SecondFactorSignIn,
  user: User,
): Promise<string | Refused> {
  if (identity === undefined) throw new Error(`sign-in ${signInId} has nothing to bind`)
  const connection = await findSwitchedOnConnection(tx, clientId, identity.connectionId)
  if (connection === undefined) throw refused('the connection was switched off')
  const own = await listVerifiedAddressesOf(tx, vault, user.id)
  const bind: Bind = {
    caller,
    signInId,
    connection,
    identity,
    user,
    kind: effect === 'adopt' ? 'identity_adopted' : 'identity_bound',
    provedBy: own.find(({ channel }) => channel === provedChannel),
    isTold: effect === 'bind',
  }
  const outlook = await lookAtBind(tx, vault, bind)
  const { obstacle } = outlook
  if (obstacle === undefined) return commitBind(tx, vault, bind, outlook)
  if (obstacle === 'bound meanwhile') throw refused('the identity was bound meanwhile')
  const definition = signInRefusals[obstacle === 'second identity' ? 'secondIdentity' : 'twoUsers']
  return { status: 'REFUSED', definition, because: `user ${user.id}: ${obstacle}` }
}

function refused(because: string): Refusal {
  return new Refusal(signInRefusals.stateTokenRefused, { because })
}
