import { timingSafeEqual } from 'node:crypto'
import { HOTP, Secret, TOTP } from 'otpauth'
import type { Db, Tx } from '../platform/db/index.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type FactorCheck, guessFactor, type WrongFactorCode } from './factor-guesses.ts'
import { makeRecoveryCodes } from './recovery-codes.ts'
import { credentialRefusals } from './refusals.ts'
import { hasSecondFactor } from './second-factor.ts'
import * as store from './totp.store.ts'

/** What every authenticator app knows: the defaults of RFC 6238. */
const ALGORITHM = 'SHA1'
const DIGITS = 6
const STEP_SECONDS = 30
/** RFC 4226, section 4: a secret as long as the hash. */
const SECRET_BYTES = 20
/** Clocks differ, and typing takes a while: the code of the step before and after is taken as well. */
const STEPS_AROUND = 1

/** How long one that was begun can be confirmed, in milliseconds. */
export const TOTP_ENROLMENT_MS = store.ENROLMENT_MS

/** What an authenticator app is given; told once. */
export interface BegunTotp {
  /** Base32. */
  readonly secret: string
  /** `otpauth://totp/…` */
  readonly uri: string
}

/** @returns whether a user has a one-time password, confirmed */
export async function hasTotp(db: Db | Tx, userId: string): Promise<boolean> {
  return (await totpSince(db, userId)) !== undefined
}

/** @returns since when, milliseconds since the Unix epoch; `undefined` when he has none, or has not confirmed it */
export function totpSince(db: Db | Tx, userId: string): Promise<number | undefined> {
  return store.findConfirmedAt(db, userId)
}

/**
 * Makes a secret for a user, which proves nothing until he has confirmed it. One that was begun before is gone.
 *
 * @param of what the app shows beside the code
 * @param now milliseconds since the Unix epoch
 * @throws {Refusal} `factorAlreadyEnrolled`
 */
export async function beginTotp(
  tx: Tx,
  vault: Vault,
  of: { readonly userId: string; readonly issuer: string; readonly account: string },
  now: number,
): Promise<BegunTotp> {
  const secret = new Secret({ size: SECRET_BYTES })
  if (!(await store.begin(tx, vault, of.userId, secret.base32, now))) {
    throw new Refusal(credentialRefusals.factorAlreadyEnrolled)
  }
  const { issuer, account: label } = of
  const shown = new TOTP({
    issuer,
    label,
    secret,
    algorithm: ALGORITHM,
    digits: DIGITS,
    period: STEP_SECONDS,
  })
  return { secret: secret.base32, uri: shown.toString() }
}

/**
 * Confirms what was begun, by a code of it, which is used with that. With his first second factor a user gets his
 * recovery codes.
 *
 * @param now milliseconds since the Unix epoch
 * @returns `recoveryCodes`: told once; `undefined` for whoever had a second factor before
 */
export async function confirmTotp(
  tx: Tx,
  vault: Vault,
  shown: { readonly userId: string; readonly code: string },
  now: number,
): Promise<
  { readonly isRight: true; readonly recoveryCodes: readonly string[] | undefined } | WrongFactorCode
> {
  const { userId, code } = shown
  const begun = await store.find(tx, vault, userId, now)
  if (begun === undefined || begun.confirmedAt !== undefined) {
    const because = begun === undefined ? 'none was begun in time' : 'confirmed already'
    return { isRight: false, definition: credentialRefusals.enrolmentExpired, because }
  }
  const isFirst = !(await hasSecondFactor(tx, userId))
  const checked = await guessFactor(tx, vault, userId, now, async () => {
    const [step] = stepsOf(begun.secret, code, now)
    if (step === undefined) return 'wrong one-time password'
    return (await store.confirm(tx, begun, step, now)) ? undefined : 'another one was begun meanwhile'
  })
  if (!checked.isRight) return checked
  return {
    isRight: true,
    recoveryCodes: isFirst ? await makeRecoveryCodes(tx, vault, userId, now) : undefined,
  }
}

/**
 * Checks a one-time password and uses it: the code of each step is good once, and with it those of earlier steps
 * are over.
 *
 * @param now milliseconds since the Unix epoch
 */
export function checkTotp(
  tx: Tx,
  vault: Vault,
  { userId, code }: { readonly userId: string; readonly code: string },
  now: number,
): Promise<FactorCheck> {
  return guessFactor(tx, vault, userId, now, async () => {
    const stored = await store.find(tx, vault, userId, now)
    if (stored?.confirmedAt === undefined) return 'he has no one-time password'
    const steps = stepsOf(stored.secret, code, now)
    for (const step of steps) {
      if (await store.useStep(tx, stored, step)) return undefined
    }
    return steps.length === 0 ? 'wrong one-time password' : 'a one-time password that was used already'
  })
}

/** @returns the steps around this moment that have this code: nearly always none or one */
function stepsOf(secret: string, code: string, now: number): number[] {
  const typed = Buffer.from(code.normalize('NFKC').replaceAll(/\s/g, ''))
  const key = Secret.fromBase32(secret)
  const present = Math.floor(now / 1000 / STEP_SECONDS)
  const around = Array.from({ length: 2 * STEPS_AROUND + 1 }, (_, index) => present - STEPS_AROUND + index)
  return around.filter((counter) => {
    const right = Buffer.from(HOTP.generate({ secret: key, algorithm: ALGORITHM, digits: DIGITS, counter }))
    return typed.length === right.length && timingSafeEqual(typed, right)
  })
}
