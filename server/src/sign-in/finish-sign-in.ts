import { record } from '../audit/index.ts'
import {
  bindIdentity,
  type Connection,
  findIdentityOwner,
  findSwitchedOnConnection,
  turnsOf,
} from '../connections/index.ts'
import { queueNotice } from '../messages/index.ts'
import { type Db, takeTurns, type Tx } from '../platform/db/index.ts'
import { Refusal, type RefusalDefinition } from '../platform/refusal.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type Address, findByVerifiedAddress, listVerifiedAddressesOf, markAddress } from '../users/index.ts'
import { checkVerificationCode, purposeOf } from '../verifications/index.ts'
import type { Caller } from './caller.ts'
import { conclude, type Decision, type Refused, refusedCode, type SignInResult } from './conclude.ts'
import { denyEntry, enter } from './enter.ts'
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
  /** As it was found by its state token; here it is looked at again. */
  readonly signIn: signIns.BindingSignIn
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
 * @throws {Refusal} `stateTokenRefused`, `codeIncorrect`, `noSuchUser`, `secondIdentity`, `twoUsers`
 * @see docs/decisions/0003-binding.md
 */
export async function finishSignIn(deps: Deps, request: FinishRequest): Promise<SignInResult> {
  try {
    return await conclude(deps, request.caller, (tx) => proveAndBind(tx, deps.vault, request))
  } catch (error) {
    if (error instanceof RolledBack) await refuse(deps.db, deps.vault, request, error)
    throw error
  }
}

async function proveAndBind(tx: Tx, vault: Vault, request: FinishRequest): Promise<Decision> {
  const { caller, signIn, proof, shownBy } = request
  const { now, application } = caller
  const { address } = shownBy
  const refuseTo = (definition: RefusalDefinition, because: string) =>
    refuse(tx, vault, request, { definition, because })

  await takeTurns(tx, turnsOf(signIn.identity))
  if (!(await signIns.hold(tx, signIn, now))) throw new RolledBack('completed, ended or replaced meanwhile')
  const connection = await findSwitchedOnConnection(tx, signIn.clientId, signIn.identity.connectionId)
  if (connection === undefined) throw new RolledBack('the connection was switched off')

  const doubt = await whyNotShown(tx, vault, request, connection)
  if (doubt !== undefined) return refusedCode(doubt)

  const known = await findByVerifiedAddress(tx, vault, address)
  if (known === undefined && proof === 'bind') {
    return refuseTo(signInRefusals.noSuchUser, 'nobody verified it')
  }
  // Before a user is made of somebody who is a user here already, by his other mini program.
  if (known === undefined && (await findIdentityOwner(tx, signIn.identity)).kind !== 'nobody') {
    return refuseTo(signInRefusals.twoUsers, 'the unionid is that of another user')
  }
  const user = known ?? (await registerUser(tx, vault, caller, signIn.id, address))
  if (user.isDisabled) return denyEntry(tx, caller, user, signIn.id)

  const result = await bindIdentity(tx, connection, signIn.identity, user.id, now)
  switch (result.kind) {
    case 'second identity':
      return refuseTo(signInRefusals.secondIdentity, `user ${user.id} has one already`)
    case 'two users':
      return refuseTo(signInRefusals.twoUsers, `the unionid is not that of user ${user.id}`)
    case 'bound meanwhile':
      throw new RolledBack('the identity was bound meanwhile')
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
        ...(shownBy.kind === 'source' && { because: 'the source vouches for the mobile' }),
      })
      if (known !== undefined) {
        const to = await listVerifiedAddressesOf(tx, vault, known.id, address)
        await queueNotice(tx, vault, {
          to,
          kind: 'identity_bound',
          application,
          language: caller.language,
          at: now,
        })
      }
      return enter(tx, caller, user, { signInId: signIn.id, identityId: result.identityId })
  }
}

/** @returns why the address is not shown to be the person's; `undefined` when it is */
async function whyNotShown(
  tx: Tx,
  vault: Vault,
  { caller, signIn, proof, shownBy }: FinishRequest,
  connection: Connection,
): Promise<string | undefined> {
  if (shownBy.kind === 'source') {
    // The source was asked before the transaction; its button may be gone since.
    if (!connection.hasPhoneButton) throw new RolledBack('the phone button was switched off')
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
  readonly because: string

  constructor(because: string) {
    super(signInRefusals.stateTokenRefused, { because })
    this.because = because
  }
}

async function refuse(
  db: Db | Tx,
  vault: Vault,
  { caller, signIn, shownBy }: FinishRequest,
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
