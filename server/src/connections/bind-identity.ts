import type { Tx } from '../platform/db/index.ts'
import type { Connection } from './connection.store.ts'
import * as identities from './identity.store.ts'
import { unmark } from './unbound-identity.store.ts'

/** Which rule stands against a bind. */
export type BindObstacle = 'bound meanwhile' | 'second identity' | 'two users'

/** What came of a bind: done, or what stood against it. */
export type BindResult =
  { readonly kind: 'bound'; readonly identityId: string } | { readonly kind: BindObstacle }

/**
 * Binds an identity to a user. The database has the last word: one user per identity, and one identity per
 * connection and user where the connection refuses a second.
 *
 * Also refused when the open-platform person is already another user here: two users are never merged.
 *
 * @param now milliseconds since the Unix epoch
 */
export async function bindIdentity(
  tx: Tx,
  connection: Connection,
  identity: identities.ProvenIdentity,
  userId: string,
  now: number,
): Promise<BindResult> {
  const obstacle = await findObstacle(tx, connection, identity, userId)
  if (obstacle !== undefined) return { kind: obstacle }
  const isSole = connection.secondIdentity === 'refuse'
  const identityId = await identities.insert(tx, identity, { id: userId, isSole }, now)
  await unmark(tx, identity)
  return { kind: 'bound', identityId }
}

/** @returns what stands against this bind now, the identity itself before all; nothing is written */
export async function findObstacle(
  tx: Tx,
  connection: Connection,
  identity: identities.ProvenIdentity,
  userId: string,
): Promise<BindObstacle | undefined> {
  const [bound, hasOne, unionUserIds] = await Promise.all([
    identities.findBound(tx, identity),
    identities.hasIdentityOf(tx, userId, connection.id),
    identities.listUnionUserIds(tx, identity),
  ])
  if (bound !== undefined) return 'bound meanwhile'
  if (hasOne && connection.secondIdentity === 'refuse') return 'second identity'
  return unionUserIds.some((other) => other !== userId) ? 'two users' : undefined
}
