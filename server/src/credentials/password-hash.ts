import { runComparison, runHash } from './hash-task.ts'
import { parseImportedHash } from './imported-hash.ts'

/** @see OWASP Password Storage Cheat Sheet: Argon2id, 19 MiB, two passes, one lane */
const COST = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 }

/** Of nothing that anybody knows: what a guess is compared with where there is no password. */
const DUMMY =
  '$argon2id$v=19$m=19456,t=2,p=1$jXnisL91UsGVtbtqsEzTsw$sWJAOsGdjoF7XBM7GPeA5g+6daIibv5gu7OEpGuV9ds'

/** `own`: Argon2id, made here. `imported`: by another system, in one of its forms. */
export type HashKind = 'own' | 'imported'

/** The same signs however a keyboard has put them together: NFC, which takes no two passwords for one. */
export function normalPassword(password: string): string {
  return password.normalize('NFC')
}

/** @param password of at most `MAX_PASSWORD_BYTES` */
export function hashPassword(password: string): Promise<string> {
  return runHash({ kind: 'hash', password: normalPassword(password), cost: COST })
}

/**
 * Compares a password with a hash, or at the same price with none.
 *
 * Another system hashed what it was sent, so there the password counts as it came.
 */
export async function matchesHash(
  password: string,
  stored: { readonly hash: string; readonly kind: HashKind } | undefined,
): Promise<boolean> {
  if (stored?.kind !== 'imported') {
    const task = { hash: stored?.hash ?? DUMMY, password: normalPassword(password) }
    const isRight = await runComparison({ kind: 'argon2', ...task })
    return isRight && stored !== undefined
  }
  const imported = parseImportedHash(stored.hash)
  if (typeof imported === 'string') throw new Error(`an imported hash ${imported}`)
  return imported.matches(password)
}
