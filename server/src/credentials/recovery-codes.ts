import { timingSafeEqual } from 'node:crypto'
import type { Db, Tx } from '../platform/db/index.ts'
import { hashToken, randomReadable } from '../platform/secrets.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type FactorCheck, guessFactor } from './factor-guesses.ts'
import * as store from './recovery-code.store.ts'

const HOW_MANY = 10
/** 5 bits each: 80 in all. */
const CHARACTERS = 16

/**
 * Makes ten recovery codes for a user; those that he had are good for nothing from here on.
 *
 * @param now milliseconds since the Unix epoch
 * @returns the codes as a person copies them, `3f7k-…`; they are told once
 */
export async function makeRecoveryCodes(
  tx: Tx,
  vault: Vault,
  userId: string,
  now: number,
): Promise<readonly string[]> {
  const codes = Array.from({ length: HOW_MANY }, () => randomReadable(CHARACTERS))
  await store.replaceAll(tx, vault, userId, codes.map(hashToken), now)
  return codes.map((code) => (code.match(/.{4}/g) ?? []).join('-'))
}

/** @returns how many a user has that were not used */
export function countRecoveryCodes(db: Db | Tx, userId: string): Promise<number> {
  return store.countUnused(db, userId)
}

/**
 * Checks a recovery code and uses it: each is good once.
 *
 * @param now milliseconds since the Unix epoch
 */
export function useRecoveryCode(
  tx: Tx,
  vault: Vault,
  { userId, code }: { readonly userId: string; readonly code: string },
  now: number,
): Promise<FactorCheck> {
  return guessFactor(tx, vault, userId, now, async () => {
    const typed = Buffer.from(hashToken(normalCode(code)))
    const unused = await store.listUnused(tx, vault, userId)
    const meant = unused.find(({ hash }) => timingSafeEqual(typed, Buffer.from(hash)))
    if (meant === undefined) return 'wrong recovery code, or one that was used already'
    return (await store.use(tx, meant.id, now)) ? undefined : 'used by a simultaneous request'
  })
}

/** However it was typed: capitals, spaces, any dash, and letters that were taken for a digit. */
function normalCode(code: string): string {
  return code
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s\p{Pd}]/gu, '')
    .replaceAll('o', '0')
    .replaceAll(/[il]/g, '1')
}
