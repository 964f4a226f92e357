import { record } from '../audit/index.ts'
import { type Db, inTransaction, takeTurns } from '../platform/db/index.ts'
import { type Budget, takeAll } from '../platform/limits/index.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { holdSession, sessionRefusals } from '../sessions/index.ts'
import { changeOwnProfile, type GivenAttributes, userRefusals } from '../users/index.ts'
import { byOwner, type Owner } from './owner.ts'

export interface UpdateProfileDeps {
  readonly db: Db
  readonly vault: Vault
}

const HOUR_MS = 60 * 60 * 1000

/** How many names a user may ask for, whether they are free or taken. */
const userNameBudget: Budget = {
  name: 'user names asked for',
  grainMs: 1,
  limits: [{ max: 10, perMs: 24 * HOUR_MS }],
}

/**
 * Changes what a user says of himself, all of it or nothing. The audit keeps which attributes, not what they were.
 * Another user name is paid for before it is looked for.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {Refusal} `userNameTaken`, `tooManyUserNames`, `idTokenRefused` when the session ended meanwhile, and those about attributes
 */
export async function updateProfile(
  { db, vault }: UpdateProfileDeps,
  owner: Owner,
  given: GivenAttributes,
  now: number,
): Promise<void> {
  const userId = owner.user.id
  if (given.user_name !== undefined && given.user_name !== owner.user.userName) {
    await payForName({ db, vault }, userId, now)
  }
  await inTransaction(db, async (tx) => {
    await takeTurns(tx, [`user ${userId}`])
    if (!(await holdSession(tx, owner.session.id, now))) throw new Refusal(sessionRefusals.idTokenRefused)
    const changed = await changeOwnProfile(tx, vault, userId, given)
    if (changed.length === 0) return
    const because = changed.join(', ')
    await record(tx, { kind: 'profile_changed', at: now, userId, because, ...byOwner(owner) })
  })
}

async function payForName({ db, vault }: UpdateProfileDeps, userId: string, now: number): Promise<void> {
  const charge = { budget: userNameBudget, key: userId }
  const noRoom = await inTransaction(db, (tx) => takeAll(tx, vault, [charge], now))
  if (noRoom === undefined) return
  throw new Refusal(userRefusals.tooManyUserNames, { retryAfterSeconds: noRoom.waitMs / 1000 })
}
