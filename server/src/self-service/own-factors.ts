import { record } from '../audit/index.ts'
import {
  beginTotp,
  type BegunTotp,
  confirmTotp,
  credentialRefusals,
  hasSecondFactor,
  makeRecoveryCodes,
  removeTotp,
} from '../credentials/index.ts'
import type { Db, Tx } from '../platform/db/index.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { accountNameOf } from '../users/index.ts'
import { asProvenOwner, followUp } from './as-proven-owner.ts'
import { byOwner, type Owner } from './owner.ts'

export interface OwnFactorsDeps {
  readonly db: Db
  readonly vault: Vault
}

const BY_HIMSELF = 'one-time password, by himself'

/**
 * Gives a signed-in user a secret for his authenticator app, which counts once he has shown a code of it.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {Refusal} `signInAgain`, `signInWithSecondFactor`, `factorAlreadyEnrolled`, `idTokenRefused`
 */
export function beginOwnTotp({ db, vault }: OwnFactorsDeps, owner: Owner, now: number): Promise<BegunTotp> {
  const { user, application, language } = owner
  return asProvenOwner(db, owner, now, async (tx) => {
    const account = await accountNameOf(tx, vault, user)
    return beginTotp(tx, vault, { userId: user.id, issuer: application.name[language], account }, now)
  })
}

/**
 * Confirms it. A wrong code is a guess, which stays paid.
 *
 * @param now milliseconds since the Unix epoch
 * @returns his recovery codes with his first second factor
 * @throws {Refusal} `factorCodeIncorrect`, `factorLocked`, `enrolmentExpired`, `signInAgain`,
 *   `signInWithSecondFactor`, `idTokenRefused`
 */
export async function confirmOwnTotp(
  { db, vault }: OwnFactorsDeps,
  owner: Owner,
  code: string,
  now: number,
): Promise<readonly string[] | undefined> {
  const confirmed = await asProvenOwner(db, owner, now, async (tx) => {
    const result = await confirmTotp(tx, vault, { userId: owner.user.id, code }, now)
    if (result.isRight) await followUp(tx, vault, owner, 'factor_enrolled', BY_HIMSELF, now)
    else await recordRefusal(tx, owner, result.because, now)
    return result
  })
  if (confirmed.isRight) return confirmed.recoveryCodes
  throw new Refusal(confirmed.definition, { ...confirmed.details, because: confirmed.because })
}

/**
 * @param now milliseconds since the Unix epoch
 * @throws {Refusal} `factorNotEnrolled`, `signInAgain`, `signInWithSecondFactor`, `idTokenRefused`
 */
export function removeOwnTotp({ db, vault }: OwnFactorsDeps, owner: Owner, now: number): Promise<void> {
  return asProvenOwner(db, owner, now, async (tx) => {
    await removeTotp(tx, vault, owner.user.id)
    await followUp(tx, vault, owner, 'factor_removed', BY_HIMSELF, now)
  })
}

/**
 * Gives a user ten new recovery codes instead of those that he has.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {Refusal} `factorNotEnrolled`, `signInAgain`, `signInWithSecondFactor`, `idTokenRefused`
 */
export function makeOwnRecoveryCodes(
  { db, vault }: OwnFactorsDeps,
  owner: Owner,
  now: number,
): Promise<readonly string[]> {
  return asProvenOwner(db, owner, now, async (tx) => {
    if (!(await hasSecondFactor(tx, owner.user.id))) throw new Refusal(credentialRefusals.factorNotEnrolled)
    const codes = await makeRecoveryCodes(tx, vault, owner.user.id, now)
    await followUp(tx, vault, owner, 'recovery_codes_made', 'by himself', now)
    return codes
  })
}

async function recordRefusal(tx: Tx, owner: Owner, because: string, now: number): Promise<void> {
  await record(tx, { kind: 'factor_refused', at: now, userId: owner.user.id, because, ...byOwner(owner) })
}
