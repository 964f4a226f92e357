import type { Db, Tx } from '../platform/db/index.ts'
import * as identities from './identity.store.ts'

/** Whose an identity is. */
export type IdentityOwner =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'bound'; readonly userId: string }
  /** Unknown here, but the same open-platform person is bound through another connection. */
  | { readonly kind: 'adoptable'; readonly userId: string }
  | { readonly kind: 'two users' }

/**
 * Finds whose an identity is: by the source's own id first, then by the id that the person has across one
 * open-platform account. Where the two lead to different users there is no answer.
 */
export async function findIdentityOwner(
  db: Db | Tx,
  identity: identities.ProvenIdentity,
): Promise<IdentityOwner> {
  const bound = await identities.findUserId(db, identity)
  const union = identity.union === undefined ? [] : await identities.listUnionUserIds(db, identity.union)
  const users = new Set([...(bound === undefined ? [] : [bound]), ...union])
  if (users.size > 1) return { kind: 'two users' }
  if (bound !== undefined) return { kind: 'bound', userId: bound }
  const [userId] = users
  return userId === undefined ? { kind: 'nobody' } : { kind: 'adoptable', userId }
}
