import { type Db, inTransaction, type Tx } from '../platform/db/index.ts'
import { readPolicy } from '../platform/policy/index.ts'
import type { RefusalDefinition, RefusalDetails } from '../platform/refusal.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { forgetGuesses, type GuessedAt, payGuess } from './guesses.ts'
import type { HashTurn } from './hashing.ts'
import { hashPassword, matchesHash } from './password-hash.ts'
import { passwordPolicy } from './password-policy.ts'
import * as store from './password.store.ts'
import { credentialRefusals } from './refusals.ts'

interface Deps {
  readonly db: Db
  readonly vault: Vault
}

/** A password that was right; nothing has come of it yet. */
export interface RightPassword {
  readonly isRight: true
  readonly stored: store.StoredPassword
  /** Where another system's hash is to make place for one of ours. */
  readonly ownHash: string | undefined
  /** What to answer if it turns out that the password was changed meanwhile. */
  readonly ifChanged: WrongPassword
}

export interface WrongPassword {
  readonly isRight: false
  readonly definition: RefusalDefinition
  readonly details: RefusalDetails & { readonly because: string }
}

/**
 * Compares a guess with the password of a user, or at the same price with none.
 *
 * The guess is paid and committed before it is compared. Whether the user exists, has a password or is locked: one
 * hash is made, and what a wrong guess is told is the same. Only a right password of an imported hash costs a second
 * one, which takes its place.
 *
 * Not within a transaction: a hash takes long.
 *
 * @param now milliseconds since the Unix epoch
 */
export async function checkPassword(
  { db, vault }: Deps,
  turn: HashTurn,
  guess: { readonly at: GuessedAt; readonly password: string },
  now: number,
): Promise<RightPassword | WrongPassword> {
  const policy = await readPolicy(db, passwordPolicy)
  const paid = await inTransaction(db, (tx) => payGuess(tx, vault, guess.at, policy, now))
  const stored =
    paid.isLocked || !('userId' in guess.at) ? undefined : await store.find(db, vault, guess.at.userId)
  const isRight = await turn(() => matchesHash(guess.password, stored))
  if (paid.isLocked) return locked(paid.waitMs, 'locked')
  if (isRight && stored !== undefined) {
    const ownHash = stored.kind === 'imported' ? await turn(() => hashPassword(guess.password)) : undefined
    return { isRight: true, stored, ownHash, ifChanged: wrong(paid, 'changed meanwhile') }
  }
  const because = stored === undefined ? 'no such user, or he has no password' : 'wrong password'
  return wrong(paid, because)
}

/**
 * Takes back what a right password has paid, in the transaction of what comes of it, and keeps our own hash of it.
 *
 * @returns `false` when the password was changed since it was compared: then nothing may come of it
 */
export async function acceptPassword(
  tx: Tx,
  vault: Vault,
  { stored, ownHash }: RightPassword,
): Promise<boolean> {
  const isSame =
    ownHash === undefined ? await store.hold(tx, stored) : await store.rehash(tx, vault, stored, ownHash)
  if (isSame) await forgetGuesses(tx, vault, stored.userId)
  return isSame
}

function wrong(
  paid: { readonly left: number; readonly lockedForMs: number },
  because: string,
): WrongPassword {
  if (paid.left === 0) return locked(paid.lockedForMs, `${because}, and locked from now on`)
  return {
    isRight: false,
    definition: credentialRefusals.passwordIncorrect,
    details: { values: [String(paid.left)], because },
  }
}

function locked(waitMs: number, because: string): WrongPassword {
  const seconds = Math.ceil(waitMs / 1000)
  return {
    isRight: false,
    definition: credentialRefusals.locked,
    details: {
      values: [String(Math.floor(seconds / 60)), String(seconds % 60)],
      retryAfterSeconds: seconds,
      because,
    },
  }
}
