import { record } from '../audit/index.ts'
import { type Db, inTransaction, takeTurns } from '../platform/db/index.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { holdSession, sessionRefusals } from '../sessions/index.ts'
import { changeOwnProfile, type GivenAttributes } from '../users/index.ts'
import { byOwner, type Owner } from './owner.ts'

export interface UpdateProfileDeps {
  readonly db: Db
  readonly vault: Vault
}

/**
 * Changes what a user says of himself, all of it or nothing. The audit keeps which attributes, not what they were.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {Refusal} `userNameTaken`, `idTokenRefused` when the session ended meanwhile, and those about attributes
 */
export async function updateProfile(
  { db, vault }: UpdateProfileDeps,
  owner: Owner,
  given: GivenAttributes,
  now: number,
): Promise<void> {
  const userId = owner.user.id
  await inTransaction(db, async (tx) => {
    await takeTurns(tx, [`user ${userId}`])
    if (!(await holdSession(tx, owner.session.id, now))) throw new Refusal(sessionRefusals.idTokenRefused)
    const changed = await changeOwnProfile(tx, vault, userId, given)
    if (changed.length === 0) return
    const because = changed.join(', ')
    await record(tx, { kind: 'profile_changed', at: now, userId, because, ...byOwner(owner) })
  })
}
