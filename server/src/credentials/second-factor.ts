import type { Db, Tx } from '../platform/db/index.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { forgetFactorGuesses } from './factor-guesses.ts'
import * as passkeys from './passkeys/passkey.store.ts'
import { passkeyRefusals } from './passkeys/refusals.ts'
import * as recoveryCodes from './recovery-code.store.ts'
import { credentialRefusals } from './refusals.ts'
import * as factors from './second-factor.store.ts'
import * as totp from './totp.store.ts'

/**
 * Whether a user has anything that a sign-in can ask for besides the first proof. Recovery codes alone are not: they
 * stand in for a factor that is lost.
 */
export async function hasSecondFactor(db: Db | Tx, userId: string): Promise<boolean> {
  return factors.hasAny(db, userId)
}

/**
 * Removes the one-time password of a user, and with his last second factor his recovery codes.
 *
 * @throws {Refusal} `factorNotEnrolled`
 */
export async function removeTotp(tx: Tx, vault: Vault, userId: string): Promise<void> {
  if (!(await totp.remove(tx, userId))) throw new Refusal(credentialRefusals.factorNotEnrolled)
  await forgetAfterLast(tx, vault, userId)
}

/**
 * Removes a passkey of a user, and with his last second factor his recovery codes.
 *
 * @throws {Refusal} `noSuchPasskey`
 */
export async function removePasskey(
  tx: Tx,
  vault: Vault,
  key: { readonly id: string; readonly userId: string },
): Promise<void> {
  if (!(await passkeys.remove(tx, key))) throw new Refusal(passkeyRefusals.noSuchPasskey)
  await forgetAfterLast(tx, vault, key.userId)
}

async function forgetAfterLast(tx: Tx, vault: Vault, userId: string): Promise<void> {
  if (await hasSecondFactor(tx, userId)) return
  await recoveryCodes.removeAll(tx, userId)
  await forgetFactorGuesses(tx, vault, userId)
}

/** What a user had. */
export interface RemovedFactors {
  readonly hadTotp: boolean
  readonly passkeys: number
  /** Those that were not used. */
  readonly recoveryCodes: number
}

/** Removes every second factor of a user, what he has begun included, and unlocks him. */
export async function removeFactors(tx: Tx, vault: Vault, userId: string): Promise<RemovedFactors> {
  const unused = await recoveryCodes.countUnused(tx, userId)
  await recoveryCodes.removeAll(tx, userId)
  const hadTotp = await totp.remove(tx, userId)
  const removedPasskeys = await passkeys.removeAllOf(tx, userId)
  await forgetFactorGuesses(tx, vault, userId)
  return { hadTotp, passkeys: removedPasskeys, recoveryCodes: unused }
}
