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
  if (identityId === undefined) return { kind: await boundMeanwhileOr(tx, identity, 'second identity') }
  await unmark(tx, identity)
  return { kind: 'bound', identityId }
}

/** @returns what stands against this bind now; nothing is written */
export async function findObstacle(
  tx: Tx,
  connection: Connection,
  identity: identities.ProvenIdentity,
  userId: string,
): Promise<BindObstacle | undefined> {
  const isSole = connection.secondIdentity === 'refuse'
  if (isSole && (await identities.hasIdentityOf(tx, userId, connection.id))) {
    return boundMeanwhileOr(tx, identity, 'second identity')
  }
  const unionUserIds = await identities.listUnionUserIds(tx, identity)
  return unionUserIds.some((other) => other !== userId)
    ? boundMeanwhileOr(tx, identity, 'two users')
    : undefined
}

/** This very identity, bound by somebody faster, stands behind any of the obstacles; it is told first. */
async function boundMeanwhileOr(
  tx: Tx,
  identity: identities.ProvenIdentity,
  obstacle: BindObstacle,
): Promise<BindObstacle> {
  return (await identities.findBound(tx, identity)) === undefined ? obstacle : 'bound meanwhile'
}
