import type { Db, Tx } from '../platform/db/index.ts'
import { readPolicy } from '../platform/policy/index.ts'
import { Refusal, type RefusalDefinition } from '../platform/refusal.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type Address, listAddressesOf, type User } from '../users/index.ts'
import { forgetGuesses } from './guesses.ts'
import type { HashTurn, PasswordHashing } from './hashing.ts'
import { hashPassword, matchesHash, normalPassword } from './password-hash.ts'
import { passwordPolicy } from './password-policy.ts'
import { checkPasswordRules, objectionOfOwner } from './password-rules.ts'
import * as store from './password.store.ts'
import { credentialRefusals } from './refusals.ts'

interface Deps {
  readonly db: Db
  readonly vault: Vault
}

/** A new password that was hashed; nobody has it yet. */
export interface PreparedPassword {
  readonly userId: string | undefined
  readonly hash: string
  readonly before: store.StoredPassword | undefined
  /** What stands against it because of whose it is to be; told only to him. */
  readonly objection: RefusalDefinition | undefined
  readonly historyLength: number
}

/**
 * Prepares a new password, before the transaction in which it is set: hashing takes long.
 *
 * It costs the same whoever the user is, and if he is nobody, because here nobody may have proved to be him yet.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {Refusal} `passwordLength`, `passwordClasses`, `passwordRepeats`, `passwordCommon`
 */
export async function preparePassword(
  { db, vault }: Deps,
  turn: HashTurn,
  user: User | undefined,
  password: string,
): Promise<PreparedPassword> {
  const policy = await readPolicy(db, passwordPolicy)
  const normal = normalPassword(password)
  checkPasswordRules(normal, policy)

  const before = user && (await store.find(db, vault, user.id))
  const wasUsed = await wasUsedBefore({ db, vault }, turn, before, password, policy.history)
  const addresses = user === undefined ? [] : await listAddressesOf(db, vault, user.id)
  const ofOwner =
    user &&
    objectionOfOwner(
      normal,
      policy,
      user,
      addresses.map(({ address }) => address),
    )
  return {
    userId: user?.id,
    hash: await turn(() => hashPassword(password)),
    before,
    objection: ofOwner ?? (wasUsed ? credentialRefusals.passwordUsedBefore : undefined),
    historyLength: Math.max(0, policy.history - 1),
  }
}

/**
 * Sets a prepared password: the one before goes into the history, and its user is no longer locked.
 *
 * @throws {Refusal} `passwordOwnData`, `passwordUsedBefore`, `passwordChangedMeanwhile`
 */
export async function setPassword(
  tx: Tx,
  vault: Vault,
  prepared: PreparedPassword,
  userId: string,
  now: number,
): Promise<void> {
  const { before, hash, objection } = prepared
  // Whoever the address belongs to now, it was prepared for another one.
  if (prepared.userId !== userId) throw new Refusal(credentialRefusals.passwordChangedMeanwhile)
  if (objection !== undefined) throw new Refusal(objection)
  const isSet =
    before === undefined
      ? await store.insert(tx, vault, { userId, hash, kind: 'own', setAt: now })
      : await store.replace(tx, vault, before, { hash, setAt: now })
  if (!isSet) throw new Refusal(credentialRefusals.passwordChangedMeanwhile)
  if (before !== undefined) await store.keepInHistory(tx, vault, before, prepared.historyLength, now)
  await forgetGuesses(tx, vault, userId)
}

/** Compares with as many as there may be, or for those that are missing with none. */
async function wasUsedBefore(
  { db, vault }: Deps,
  turn: HashTurn,
  present: store.StoredPassword | undefined,
  password: string,
  count: number,
): Promise<boolean> {
  if (count === 0) return false
  const earlier = present === undefined ? [] : await store.listHistory(db, vault, present.userId, count - 1)
  const used = [present, ...earlier]
  let wasUsed = false
  for (let index = 0; index < count; index++) {
    if (await turn(() => matchesHash(password, used[index]))) wasUsed = true
  }
  return wasUsed
}

/** Gives a new user the password that he had in another system. */
export async function importPassword(
  tx: Tx,
  vault: Vault,
  userId: string,
  hash: string,
  now: number,
): Promise<void> {
  await store.insert(tx, vault, { userId, hash, kind: 'imported', setAt: now })
}

/** Keeps a first password that was prepared, in the transaction that makes its user. */
export type SavePassword = (tx: Tx, userId: string, now: number) => Promise<void>

/**
 * Prepares the password of somebody who is going to be a user.
 *
 * @returns what keeps it, in the transaction that makes him one
 * @throws {Refusal} those of a new password
 */
export async function prepareFirstPassword(
  { db, vault, passwordHashing }: Deps & { readonly passwordHashing: PasswordHashing },
  password: string,
  of: { readonly userName: string | undefined; readonly name: string; readonly address: Address },
): Promise<SavePassword> {
  const policy = await readPolicy(db, passwordPolicy)
  const normal = normalPassword(password)
  checkPasswordRules(normal, policy)
  const owner = { userName: of.userName ?? '', name: of.name }
  const objection = objectionOfOwner(normal, policy, owner, [of.address])
  if (objection !== undefined) throw new Refusal(objection)
  const hash = await passwordHashing.withPlace((turn) => turn(() => hashPassword(password)))
  return async (tx, userId, now) => {
    const isSet = await store.insert(tx, vault, { userId, hash, kind: 'own', setAt: now })
    if (!isSet) throw new Error(`user ${userId} was made a moment ago and has a password`)
  }
}
