import { record } from '../audit/index.ts'
import {
  type BindObstacle,
  type Connection,
  findIdentityOwner,
  findSwitchedOnConnection,
  turnsOf,
} from '../connections/index.ts'
import { type Db, takeTurns, type Tx } from '../platform/db/index.ts'
import { Refusal, type RefusalDefinition } from '../platform/refusal.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type Address, findByVerifiedAddress, markAddress, type User } from '../users/index.ts'
import { checkVerificationCode, purposeOf } from '../verifications/index.ts'
import type { Caller } from './caller.ts'
import { type Bind, commitBind, lookAtBind } from './commit-bind.ts'
import { conclude, type Decision, type Refused, refusedCode, type SignInResult } from './conclude.ts'
import { admit, enter, isAdmitted, letIn } from './enter.ts'
import { findSignInToProve } from './find-open-sign-in.ts'
import { signInRefusals } from './refusals.ts'
import { registerUser } from './register-user.ts'
import * as signIns from './sign-in.store.ts'
import type { ProofKind } from './steps.ts'

interface Deps {
  readonly db: Db
  readonly vault: Vault
}

/** What shows that an address is the person's: a code that was sent there, or the word of the source. */
export type ShownBy =
  | { readonly kind: 'code'; readonly address: Address; readonly verifyCode: string }
  | { readonly kind: 'source'; readonly address: Address }

export interface FinishRequest {
  readonly caller: Caller
  /** By which the sign-in is found; or as it was found before, then it is looked at again. */
  readonly signIn: signIns.Key | signIns.BindingSignIn
  /** `register`: a person whose address nobody has verified becomes a user. */
  readonly proof: ProofKind
  readonly shownBy: ShownBy
}

/**
 * Finishes a sign-in: proves the address, binds the source's identity to the user who verified that
 * address, and opens a session.
 *
 * One transaction. A wrong code commits the guess that it paid. A right code, or the word of the source, that
 * leads nowhere (no such user, a second identity, a disabled user) commits the use of the code, and the sign-in
 * stays open for another address. A sign-in whose identity was bound meanwhile, or whose connection was
 * switched off, leaves the code unspent; that, too, is recorded.
 *
 * @throws {Refusal} `stateTokenRefused`, also when its status does not allow this proof; `codeIncorrect`, `noSuchUser`, `secondIdentity`, `twoUsers`
 * @see docs/decisions/0003-binding.md
 */
export async function finishSignIn(deps: Deps, request: FinishRequest): Promise<SignInResult> {
  try {
    return await conclude(deps, request.caller, (tx) => proveAndBind(tx, deps.vault, request))
  } catch (error) {
    if (error instanceof RolledBack) await refuse(deps.db, deps.vault, request, error.signIn, error)
    throw error
  }
}

async function proveAndBind(tx: Tx, vault: Vault, request: FinishRequest): Promise<Decision> {
  const { caller, proof, shownBy } = request
  const { now } = caller
  const { address } = shownBy
  const signIn =
    'identity' in request.signIn ? request.signIn : await findSignInToProve(tx, request.signIn, proof, now)
  const refuseTo = (definition: RefusalDefinition, because: string) =>
    refuse(tx, vault, request, signIn, { definition, because })
  const refuseFor = (obstacle: BindObstacle, user: User) => {
    if (obstacle === 'bound meanwhile') throw new RolledBack(signIn, 'the identity was bound meanwhile')
    return obstacle === 'second identity'
      ? refuseTo(signInRefusals.secondIdentity, `user ${user.id} has one already`)
      : refuseTo(signInRefusals.twoUsers, `the unionid is not that of user ${user.id}`)
  }

  await takeTurns(tx, turnsOf(signIn.identity))
  const connection = await findSwitchedOnConnection(tx, signIn.clientId, signIn.identity.connectionId)
  if (connection === undefined) throw new RolledBack(signIn, 'the connection was switched off')
  const [isHeld, doubt, known] = await Promise.all([
    signIns.hold(tx, signIn, now),
    whyNotShown(tx, vault, request, signIn, connection),
    findByVerifiedAddress(tx, vault, address),
  ])
  if (!isHeld) throw new RolledBack(signIn, 'completed, ended or replaced meanwhile')
  if (doubt !== undefined) return refusedCode(doubt)

  if (known === undefined && proof === 'bind') {
    return refuseTo(signInRefusals.noSuchUser, 'nobody verified it')
  }
  // Before a user is made of somebody who is a user here already, by his other mini program.
  if (known === undefined && (await findIdentityOwner(tx, signIn.identity)).kind !== 'nobody') {
    return refuseTo(signInRefusals.twoUsers, 'the unionid is that of another user')
  }
  const user = known ?? (await registerUser(tx, vault, caller, signIn.id, address))
  const by = {
    signInId: signIn.id,
    isContinued: true,
    identity: signIn.identity,
    identityId: undefined,
    provedChannel: address.channel,
  }
  const bind: Bind = {
    caller,
    signInId: signIn.id,
    connection,
    identity: signIn.identity,
    user,
    kind: 'identity_bound',
    provedBy: address,
    isTold: known !== undefined,
    because: shownBy.kind === 'source' ? 'the source vouches for the mobile' : undefined,
  }
  const [admitted, outlook] = await Promise.all([
    // Nobody else is there to be asked when somebody has just become a user; then he is, before he comes in.
    known && admit(tx, caller, known, by, 'bind'),
    lookAtBind(tx, vault, bind),
  ])
  const isWelcome = admitted === undefined || isAdmitted(admitted)
  if (!isWelcome && !('wants' in admitted)) return admitted
  // A second factor is not asked for what cannot be done anyhow.
  if (outlook.obstacle !== undefined) return refuseFor(outlook.obstacle, user)
  if (!isWelcome) return admitted

  const identityId = await commitBind(tx, vault, bind, outlook)
  const bound = { ...by, identityId }
  const entry =
    admitted === undefined
      ? await enter(tx, caller, user, bound)
      : await letIn(tx, caller, user, bound, admitted)
  if (!('wants' in entry)) await signIns.complete(tx, signIn.id, now)
  return entry
}

/** @returns why the address is not shown to be the person's; `undefined` when it is */
async function whyNotShown(
  tx: Tx,
  vault: Vault,
  { caller, proof, shownBy }: FinishRequest,
  signIn: signIns.BindingSignIn,
  connection: Connection,
): Promise<string | undefined> {
  if (shownBy.kind === 'source') {
    // The source was asked before the transaction; its button may be gone since.
    if (!connection.hasPhoneButton) throw new RolledBack(signIn, 'the phone button was switched off')
    return undefined
  }
  const { address, verifyCode } = shownBy
  const guess = {
    address,
    purposes: [purposeOf(proof, address.channel)],
    clientId: caller.application.clientId,
    signInId: signIn.id,
    ownCodeOnly: connection.requiresOwnCode,
    verifyCode,
  }
  const by = { signInId: signIn.id, connectionId: connection.id, ip: caller.ip }
  const checked = await checkVerificationCode(tx, vault, guess, by, caller.now)
  return checked.isRight ? undefined : checked.because
}

/** Undoes all of it: a code that was right stays good, and so its guess costs nothing. */
class RolledBack extends Refusal {
  readonly signIn: signIns.BindingSignIn
  readonly because: string

  constructor(signIn: signIns.BindingSignIn, because: string) {
    super(signInRefusals.stateTokenRefused, { because })
    this.signIn = signIn
    this.because = because
  }
}

async function refuse(
  db: Db | Tx,
  vault: Vault,
  { caller, shownBy }: FinishRequest,
  signIn: signIns.BindingSignIn,
  { definition, because }: { readonly definition: RefusalDefinition; readonly because: string },
): Promise<Refused> {
  await record(db, {
    kind: 'bind_refused',
    at: caller.now,
    clientId: caller.application.clientId,
    signInId: signIn.id,
    connectionId: signIn.identity.connectionId,
    address: markAddress(vault, shownBy.address),
    ip: caller.ip,
    because,
  })
  return { status: 'REFUSED', definition, because }
}
