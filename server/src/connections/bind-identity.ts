import type { Tx } from '../platform/db/index.ts'
import type { Connection } from './connection.store.ts'
import * as identities from './identity.store.ts'
import { unmark } from './unbound-identity.store.ts'

/** What came of a bind: done, or which rule stood against it. */
export type BindResult =
  | { readonly kind: 'bound'; readonly identityId: string }
  | { readonly kind: 'bound meanwhile' | 'second identity' | 'two users' }

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
  const isSole = connection.secondIdentity === 'refuse'
  if (isSole && (await identities.hasIdentityOf(tx, userId, connection.id)))
    return { kind: 'second identity' }
  const unionUserIds = await identities.listUnionUserIds(tx, identity)
  if (unionUserIds.some((other) => other !== userId)) return { kind: 'two users' }
  const identityId = await identities.insert(tx, identity, { id: userId, isSole }, now)
  if (identityId === undefined) {
    const boundTo = await identities.findBound(tx, identity)
    return { kind: boundTo === undefined ? 'second identity' : 'bound meanwhile' }
  }
  await unmark(tx, identity)
  return { kind: 'bound', identityId }
}
