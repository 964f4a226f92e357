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
  // This very identity, bound by somebody faster, stands behind any of the refusals; it is told first.
  const refuse = async (kind: 'second identity' | 'two users'): Promise<BindResult> => ({
    kind: (await identities.findBound(tx, identity)) === undefined ? kind : 'bound meanwhile',
  })

  const isSole = connection.secondIdentity === 'refuse'
  if (isSole && (await identities.hasIdentityOf(tx, userId, connection.id))) return refuse('second identity')
  const unionUserIds = await identities.listUnionUserIds(tx, identity)
  if (unionUserIds.some((other) => other !== userId)) return refuse('two users')
  const identityId = await identities.insert(tx, identity, { id: userId, isSole }, now)
  if (identityId === undefined) return refuse('second identity')
  await unmark(tx, identity)
  return { kind: 'bound', identityId }
}
