import type { Tx } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import type { PasswordPolicy } from './password-policy.ts'
import * as store from './password-guess.store.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/** Whose password is guessed at: that of a user, by whatever name he was found, or of a name that nobody has. */
export type GuessedAt = { readonly userId: string } | { readonly unknownName: string }

/** How many wrong guesses there may be, and what follows. Times in milliseconds. */
export type GuessRules = Pick<
  PasswordPolicy,
  'failures_until_lock' | 'failures_forgotten_after' | 'lock_for' | 'lock_at_most'
>

/** What a guess has come to before it is compared. */
export type PaidGuess =
  | { readonly isLocked: true; readonly waitMs: number }
  | {
      readonly isLocked: false
      /** Guesses that are left after this one. */
      readonly left: number
      /** How long nobody can guess if this one, the last, is wrong. */
      readonly lockedForMs: number
    }

/**
 * Pays for a guess at a password. The caller commits it before he compares, so a guess counts whatever happens then; a right one
 * takes it back by `forgetGuesses`.
 *
 * The last one of a row locks in advance. While it is locked nothing is counted, so that nobody can keep a user
 * out for longer than the lock lasts without guessing again after it.
 *
 * @param now milliseconds since the Unix epoch
 */
export function payGuess(
  tx: Tx,
  vault: Vault,
  at: GuessedAt,
  policy: PasswordPolicy,
  now: number,
): Promise<PaidGuess> {
  return payGuessAt(tx, keyOf(vault, at), policy, now)
}

/** The same for whatever is guessed at; what is counted together has one key. */
export async function payGuessAt(tx: Tx, key: string, rules: GuessRules, now: number): Promise<PaidGuess> {
  const before = await store.hold(tx, key, now)
  if (before.lockedUntil > now) return { isLocked: true, waitMs: before.lockedUntil - now }

  const isForgotten = now - before.lastAt >= rules.failures_forgotten_after
  const failures = (isForgotten ? 0 : before.failures) + 1
  const isLast = failures >= rules.failures_until_lock
  const lockedForMs = Math.min(rules.lock_for * 2 ** before.locks, rules.lock_at_most)
  const after = isLast
    ? { failures: 0, locks: before.locks + 1, lastAt: now, lockedUntil: now + lockedForMs }
    : { failures, locks: before.locks, lastAt: now, lockedUntil: 0 }
  await store.save(tx, key, after, Math.max(now, after.lockedUntil) + rules.failures_forgotten_after + DAY_MS)
  return { isLocked: false, left: rules.failures_until_lock - failures, lockedForMs }
}

/** After a right password, or a new one: the next guess is the first again. */
export async function forgetGuesses(tx: Tx, vault: Vault, userId: string): Promise<void> {
  await store.forget(tx, keyOf(vault, { userId }))
}

function keyOf(vault: Vault, at: GuessedAt): string {
  return 'userId' in at
    ? vault.blindIndex('password guesses at user', at.userId)
    : vault.blindIndex('password guesses at name', at.unknownName)
}
