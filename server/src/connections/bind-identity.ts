import type { Tx } from '../platform/db/index.ts'
import type { Connection } from './connection.store.ts'
import * as identities from './identity.store.ts'
import { unmark } from './unbound-identity.store.ts'

/** Which rule stands against a bind. */
export type BindObstacle = 'bound meanwhile' | 'second identity' | 'two users'

/**
 * Binds an identity to a user. Whoever calls this has asked in the same transaction what stands against it; where
 * somebody is faster all the same, the database has the last word, and the transaction is run again.
 *
 * @param now milliseconds since the Unix epoch
 * @returns the identity's id
 */
export async function bindIdentity(
  tx: Tx,
  connection: Connection,
  identity: identities.ProvenIdentity,
  userId: string,
  now: number,
): Promise<string> {
  const isSole = connection.secondIdentity === 'refuse'
  await unmark(tx, identity)
  return identities.insert(tx, identity, { id: userId, isSole }, now)
}

/**
 * Asks which rule stands against a bind now: one user per identity, one identity per connection and user where the
 * connection refuses a second, and never an open-platform person who is another user here, because two users are
 * never merged.
 *
 * @returns the identity's own user before all
 */
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
