import { record } from '../audit/index.ts'
import {
  bindIdentity,
  type Connection,
  findIdentityOwner,
  findSwitchedOnConnection,
  turnsOf,
} from '../connections/index.ts'
import { type Db, inTransaction, takeTurns, type Tx } from '../platform/db/index.ts'
import { Refusal, type RefusalDefinition } from '../platform/refusal.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type Address, findByVerifiedAddress, markAddress } from '../users/index.ts'
import { checkVerificationCode, purposeOf, verificationRefusals } from '../verifications/index.ts'
import type { Caller } from './caller.ts'
import { denyEntry, enter, type Entry, entryOrThrow, type Refused } from './enter.ts'
import { findOpenSignIn } from './find-open-sign-in.ts'
import { signInRefusals } from './refusals.ts'
import { registerUser } from './register-user.ts'
import * as signIns from './sign-in.store.ts'
import { mayProve, type ProofKind } from './steps.ts'

export interface BindDeps {
  readonly db: Db
  readonly vault: Vault
}

export interface BindRequest {
  readonly caller: Caller
  readonly stateToken: string | undefined
  /** `register`: a person whose address nobody has verified becomes a user. */
  readonly proof: ProofKind
  readonly address: Address
  readonly verifyCode: string
}

/**
 * Finishes a sign-in: proves the address, binds the source's identity to the user who verified that
 * address, and opens a session.
 *
 * One transaction. A wrong code commits the guess that it paid. A right code that leads nowhere (no such
 * user, a second identity, a disabled user) commits the use of the code, and the sign-in stays open for
 * another address. A sign-in whose identity was bound meanwhile leaves the code unspent.
 *
 * @throws {Refusal} `stateTokenRefused`, `codeIncorrect`, `noSuchUser`, `secondIdentity`, `twoUsers`
 * @see docs/decisions/0003-binding.md
 */
export async function bind(deps: BindDeps, request: BindRequest): Promise<Entry> {
  const { caller, proof } = request
  const { now, application } = caller

  const signIn = await findOpenSignIn(deps, request.stateToken, application.clientId, now)
  if (!mayProve(signIn.status, proof)) {
    throw new Refusal(signInRefusals.stateTokenRefused, {
      because: `${signIn.status} does not allow ${proof}`,
    })
  }
  const connection = await findSwitchedOnConnection(deps.db, signIn.clientId, signIn.identity.connectionId)
  if (connection === undefined) {
    throw new Refusal(signInRefusals.stateTokenRefused, { because: 'the connection was switched off' })
  }

  const outcome = await inTransaction(deps.db, (tx) =>
    proveAndBind(tx, deps.vault, request, signIn, connection),
  )
  return entryOrThrow(outcome)
}

async function proveAndBind(
  tx: Tx,
  vault: Vault,
  request: BindRequest,
  signIn: signIns.OpenSignIn,
  connection: Connection,
): Promise<Entry | Refused> {
  const { caller, address, proof } = request
  const { now, application } = caller
  const refuse = refusalOf(tx, vault, request, signIn)

  await takeTurns(tx, turnsOf(signIn.identity))
  if (!(await signIns.hold(tx, signIn.id, now))) throw boundMeanwhile()

  const checked = await checkVerificationCode(
    tx,
    vault,
    {
      address,
      purpose: purposeOf(proof, address.channel),
      clientId: application.clientId,
      signInId: signIn.id,
      ownCodeOnly: connection.requiresOwnCode,
      verifyCode: request.verifyCode,
    },
    now,
  )
  if (!checked.isRight) return refuse('code_refused', verificationRefusals.codeIncorrect, checked.because)

  const known = await findByVerifiedAddress(tx, vault, address)
  if (known === undefined && proof === 'bind') {
    return refuse('bind_refused', signInRefusals.noSuchUser, 'nobody verified it')
  }
  // Before a user is made of somebody who is a user here already, by his other mini program.
  if (known === undefined && (await findIdentityOwner(tx, signIn.identity)).kind !== 'nobody') {
    return refuse('bind_refused', signInRefusals.twoUsers, 'the unionid is that of another user')
  }
  const user = known ?? (await registerUser(tx, vault, caller, signIn.id, address))
  if (user.isDisabled) return denyEntry(tx, caller, user, signIn.id)

  const result = await bindIdentity(tx, connection, signIn.identity, user.id, now)
  switch (result.kind) {
    case 'second identity':
      return refuse('bind_refused', signInRefusals.secondIdentity, `user ${user.id} has one already`)
    case 'two users':
      return refuse('bind_refused', signInRefusals.twoUsers, `the unionid is not that of user ${user.id}`)
    case 'bound meanwhile':
      throw boundMeanwhile()
    case 'bound':
      await signIns.complete(tx, signIn.id, now)
      await signIns.endOpenOf(tx, signIn.identity, now)
      await record(tx, {
        kind: 'identity_bound',
        at: now,
        clientId: application.clientId,
        userId: user.id,
        signInId: signIn.id,
        connectionId: connection.id,
        address: markAddress(vault, address),
        ip: caller.ip,
      })
      return enter(tx, caller, user, { signInId: signIn.id, identityId: result.identityId })
  }
}

/** Rolls everything back: the code was right and stays good, and so its guess costs nothing. */
function boundMeanwhile(): Refusal {
  return new Refusal(signInRefusals.stateTokenRefused, { because: 'completed or ended meanwhile' })
}

function refusalOf(tx: Tx, vault: Vault, request: BindRequest, signIn: signIns.OpenSignIn) {
  return async (
    kind: 'code_refused' | 'bind_refused',
    definition: RefusalDefinition,
    because: string,
  ): Promise<Refused> => {
    await record(tx, {
      kind,
      at: request.caller.now,
      clientId: request.caller.application.clientId,
      signInId: signIn.id,
      connectionId: signIn.identity.connectionId,
      address: markAddress(vault, request.address),
      ip: request.caller.ip,
      because,
    })
    return { status: 'REFUSED', definition, because }
  }
}
