import { record } from '../audit/index.ts'
import {
  bindIdentity,
  type BoundIdentity,
  findConnection,
  findIdentityOwner,
  findObstacle,
  findSwitchedOnConnection,
  listIdentitiesOf,
  proveByWxLoginCode,
  type ProvenIdentity,
  turnsOf,
  type WeChatDeps,
} from '../connections/index.ts'
import { queueNotice } from '../messages/index.ts'
import { type Db, inTransaction, takeTurns, type Tx } from '../platform/db/index.ts'
import { Refusal, type RefusalDefinition } from '../platform/refusal.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { holdSession, sessionRefusals } from '../sessions/index.ts'
import { endOpenSignInsOf, signInRefusals } from '../sign-in/index.ts'
import { listVerifiedAddressesOf } from '../users/index.ts'
import { byOwner, type Owner } from './owner.ts'
import { kindOfSocialType } from './wire.ts'

export interface BindOwnDeps extends WeChatDeps {
  readonly db: Db
}

/** A "no" that is recorded; the record commits before the caller is told. */
interface Refused {
  readonly definition: RefusalDefinition
  readonly because: string
}

/**
 * Binds a further identity to a user who is signed in: the session proves the one, the source the other.
 *
 * The rules are those of every bind: one user per identity, a second identity of one connection only where it
 * allows one, and never an identity whose person is another user here. What is bound to him already stays so, and
 * that is no refusal: a client that lost the answer asks again.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {Refusal} `sourceNotSwitchedOn`, `secondIdentity`, `twoUsers`, `idTokenRefused` when the session ended
 *   meanwhile, and those of the source
 * @see docs/decisions/0021-own-account.md
 */
export async function bindOwn(
  deps: BindOwnDeps,
  owner: Owner,
  shown: { readonly type: string; readonly code: string },
  now: number,
): Promise<BoundIdentity> {
  const kind = kindOfSocialType(shown.type)
  const connection = kind && (await findConnection(deps.db, owner.application.clientId, kind))
  if (connection === undefined) throw new Refusal(signInRefusals.sourceNotSwitchedOn)
  const identity = await proveByWxLoginCode(deps, connection, shown.code)

  const result = await inTransaction(deps.db, async (tx) => {
    const outcome = await decide(tx, deps.vault, owner, identity, now)
    if ('definition' in outcome) await recordBind(tx, 'bind_refused', owner, identity, now, outcome.because)
    return outcome
  })
  if ('definition' in result) throw new Refusal(result.definition, { because: result.because })
  return result
}

async function decide(
  tx: Tx,
  vault: Vault,
  owner: Owner,
  identity: ProvenIdentity,
  now: number,
): Promise<BoundIdentity | Refused> {
  const { user, session, application, language } = owner
  await takeTurns(tx, [`user ${user.id}`, ...turnsOf(identity)])
  // It ends with whatever shuts him out, and who asks here has to be in.
  if (!(await holdSession(tx, session.id, now))) throw new Refusal(sessionRefusals.idTokenRefused)
  const connection = await findSwitchedOnConnection(tx, application.clientId, identity.connectionId)
  if (connection === undefined) throw new Refusal(signInRefusals.sourceNotSwitchedOn)

  const found = await findIdentityOwner(tx, identity)
  if (found.kind === 'bound' && found.userId === user.id) return load(tx, user.id, found.identityId)
  if (found.kind === 'bound' || found.kind === 'two users') {
    return { definition: signInRefusals.twoUsers, because: `not of user ${user.id}: ${found.kind}` }
  }
  const obstacle = await findObstacle(tx, connection, identity, user.id)
  if (obstacle === 'second identity') {
    return { definition: signInRefusals.secondIdentity, because: `user ${user.id} has one already` }
  }
  if (obstacle !== undefined) {
    return { definition: signInRefusals.twoUsers, because: `not of user ${user.id}: ${obstacle}` }
  }
  const identityId = await bindIdentity(tx, connection, identity, user.id, now)
  await endOpenSignInsOf(tx, identity, now)
  await recordBind(tx, 'identity_bound', owner, identity, now, 'by the signed-in user')
  const to = await listVerifiedAddressesOf(tx, vault, user.id)
  await queueNotice(tx, vault, { to, kind: 'identity_bound', application, language, at: now })
  return load(tx, user.id, identityId)
}

async function recordBind(
  tx: Tx,
  kind: 'identity_bound' | 'bind_refused',
  owner: Owner,
  { connectionId }: ProvenIdentity,
  now: number,
  because: string,
): Promise<void> {
  await record(tx, { kind, at: now, userId: owner.user.id, connectionId, because, ...byOwner(owner) })
}

async function load(tx: Tx, userId: string, identityId: string): Promise<BoundIdentity> {
  const identity = (await listIdentitiesOf(tx, userId)).find(({ id }) => id === identityId)
  if (identity === undefined) throw new Error(`identity ${identityId} is not bound to user ${userId}`)
  return identity
}
