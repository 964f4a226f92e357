import { timingSafeEqual } from 'node:crypto'
import { type AuditEvent, record } from '../audit/index.ts'
import { countForBreaker } from '../human-check/index.ts'
import type { Tx } from '../platform/db/index.ts'
import { holdBudget } from '../platform/limits/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type Address, markAddress } from '../users/index.ts'
import { guessBudget } from './budgets.ts'
import type { Purpose } from './purposes.ts'
import * as verifications from './verification.store.ts'

const SIX_DIGITS = /^[0-9]{6}$/

export interface CodeGuess {
  readonly address: Address
  /** Those that the call takes; nearly always one. */
  readonly purposes: readonly Purpose[]
  readonly clientId: string
  /** The sign-in that the code may have been sent for; one that was sent for none counts as well. */
  readonly signInId?: string
  /** A code that was sent without the sign-in's state token does not count. */
  readonly ownCodeOnly?: boolean
  readonly verifyCode: string
}

/** Who guesses, from where and at what, as a wrong guess is recorded. */
export type GuessedBy = Pick<AuditEvent, 'signInId' | 'userId' | 'sessionId' | 'connectionId' | 'ip'>

/** Whether a guess was right; if not, why, for the operator only. */
export type CheckedCode =
  | { readonly isRight: true; readonly verificationId: string }
  | { readonly isRight: false; readonly because: string }

/**
 * Compares a guess with the open codes that it may be meant for, and uses the one that it matches.
 *
 * Each comparison is paid: before it is made one attempt of that code, and when it fails one guess of the address,
 * whose budget is held from before on, so that no two guesses share what is left of it. The caller commits the
 * transaction in either case: what a wrong guess has paid is never rolled back. Where no code is open nothing is
 * compared and nothing paid, so a stranger cannot use up somebody's guesses. What was wrong is recorded.
 *
 * @param now milliseconds since the Unix epoch
 */
export async function checkVerificationCode(
  tx: Tx,
  vault: Vault,
  guess: CodeGuess,
  by: GuessedBy,
  now: number,
): Promise<CheckedCode> {
  const checked = await compare(tx, vault, guess, now)
  if (!checked.isRight) {
    await record(tx, {
      ...by,
      kind: 'code_refused',
      at: now,
      clientId: guess.clientId,
      address: markAddress(vault, guess.address),
      because: checked.because,
    })
  }
  return checked
}

async function compare(tx: Tx, vault: Vault, guess: CodeGuess, now: number): Promise<CheckedCode> {
  if (!SIX_DIGITS.test(guess.verifyCode)) return { isRight: false, because: 'not six digits' }
  const { channel, value } = guess.address
  const charge = { budget: guessBudget, key: `${channel} ${value}` }
  const scopes = scopesOf(vault, guess)
  let isCompared = false

  for (const scope of scopes) {
    const [attempt, budget] = await Promise.all([
      verifications.spendAttempt(tx, scope, now),
      holdBudget(tx, vault, charge, now),
    ])
    if (attempt === undefined) continue
    if (budget.noRoom() !== undefined) {
      return { isRight: false, because: 'too many wrong guesses at this address' }
    }
    const { verificationId, codeHash } = attempt
    if (isSame(codeHash, vault.codeHash(verificationId, guess.verifyCode))) {
      await verifications.use(tx, verificationId, now)
      await budget.endRow()
      await countForBreaker(tx, 'right guess', now)
      return { isRight: true, verificationId }
    }
    await budget.take()
    isCompared = true
    // It may have been meant for the code of no sign-in.
    if (attempt.signInId !== '' && scope.orSignInId !== attempt.signInId) {
      scopes.push({ ...scope, signInId: scope.orSignInId })
    }
  }
  if (!isCompared) return { isRight: false, because: 'no code is open' }
  await countForBreaker(tx, 'wrong guess', now)
  return { isRight: false, because: 'wrong code' }
}

/** @returns what the guess may be meant for, one for each purpose */
function scopesOf(vault: Vault, guess: CodeGuess): verifications.GuessScope[] {
  const { address, purposes, clientId, signInId = '', ownCodeOnly = false } = guess
  const { index } = markAddress(vault, address)
  const orSignInId = ownCodeOnly ? signInId : ''
  return purposes.map((purpose) => ({ addressIndex: index, purpose, clientId, signInId, orSignInId }))
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))
}
