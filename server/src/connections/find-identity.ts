import type { Tx } from '../platform/db/index.ts'
import * as identities from './identity.store.ts'
import { isMarked } from './unbound-identity.store.ts'

/** Whose an identity is. */
export type IdentityOwner =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'bound'; readonly userId: string; readonly identityId: string }
  /** Unknown here, but the same open-platform person is bound through another connection. */
  | { readonly kind: 'adoptable'; readonly userId: string }
  /** The same, but this identity was unbound: it is not adopted until the person binds it again. */
  | { readonly kind: 'barred'; readonly userId: string }
  | { readonly kind: 'two users' }

/**
 * Finds whose an identity is: by the source's own id first, then by the id that the person has across one
 * open-platform account. Where the two lead to different users there is no answer.
 *
 * An identity that is found bound stays bound until the transaction ends.
 */
export async function findIdentityOwner(tx: Tx, identity: identities.ProvenIdentity): Promise<IdentityOwner> {
  const [bound, unionUserIds] = await Promise.all([
    identities.findBound(tx, identity),
    identities.listUnionUserIds(tx, identity),
  ])
  const users = new Set(unionUserIds)
  if (bound !== undefined) users.add(bound.userId)
  if (users.size > 1) return { kind: 'two users' }
  if (bound !== undefined) return { kind: 'bound', userId: bound.userId, identityId: bound.id }
  const [userId] = users
  if (userId === undefined) return { kind: 'nobody' }
  return { kind: (await isMarked(tx, identity)) ? 'barred' : 'adoptable', userId }
}
