import type { Tx } from '../platform/db/index.ts'
import type { RefusalDefinition, RefusalDetails } from '../platform/refusal.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type GuessRules, payGuessAt } from './guesses.ts'
import * as store from './password-guess.store.ts'
import { credentialRefusals } from './refusals.ts'

const MINUTE_MS = 60 * 1000

/** Half of what a password has: of a code of six digits three are right at any moment. */
const rules: GuessRules = {
  failures_until_lock: 5,
  failures_forgotten_after: 15 * MINUTE_MS,
  lock_for: 15 * MINUTE_MS,
  lock_at_most: 24 * 60 * MINUTE_MS,
}

/** A code that was not right; what it cost stays paid when the caller commits. */
export interface WrongFactorCode {
  readonly isRight: false
  readonly definition: RefusalDefinition
  readonly because: string
  readonly details?: RefusalDetails
}

export type FactorCheck = { readonly isRight: true } | WrongFactorCode

/**
 * Guesses at the second factor of a user. One count for all that is typed, so that nobody has more guesses for
 * knowing two kinds of codes.
 *
 * The guess is paid before it is compared, by the statement that makes simultaneous ones wait. Whoever calls commits
 * what he is told: a guess that is rolled back was free.
 *
 * @param compare says what is wrong with the code, or `undefined` once it is used
 * @param now milliseconds since the Unix epoch
 */
export async function guessFactor(
  tx: Tx,
  vault: Vault,
  userId: string,
  now: number,
  compare: () => Promise<string | undefined>,
): Promise<FactorCheck> {
  const paid = await payGuessAt(tx, keyOf(vault, userId), rules, now)
  if (paid.isLocked) return locked(paid.waitMs, 'locked')
  const objection = await compare()
  if (objection === undefined) {
    await forgetFactorGuesses(tx, vault, userId)
    return { isRight: true }
  }
  if (paid.left === 0) return locked(paid.lockedForMs, `${objection}, and locked from now on`)
  return {
    isRight: false,
    definition: credentialRefusals.factorCodeIncorrect,
    because: objection,
    details: { values: [String(paid.left)] },
  }
}

/** After a right code, or when nothing is left to guess at: the next guess is the first again. */
export async function forgetFactorGuesses(tx: Tx, vault: Vault, userId: string): Promise<void> {
  await store.forget(tx, keyOf(vault, userId))
}

function locked(waitMs: number, because: string): WrongFactorCode {
  const seconds = Math.ceil(waitMs / 1000)
  const values = [String(Math.floor(seconds / 60)), String(seconds % 60)]
  const details = { values, retryAfterSeconds: seconds }
  return { isRight: false, definition: credentialRefusals.factorLocked, because, details }
}

function keyOf(vault: Vault, userId: string): string {
  return vault.blindIndex('second factor guesses at user', userId)
}
