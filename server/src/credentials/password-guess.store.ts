import type { Db, Tx } from '../platform/db/index.ts'
import type { KeyedColumn } from '../platform/vault/keyed-column.ts'

declare module '../platform/db/tables.ts' {
  interface Tables {
    readonly password_guess: {
      /** Keyed hash of what is guessed at, and of the user's id or of a name that nobody has. */
      key: string
      failures: number
      /** How often it was locked since it was forgotten. */
      locks: number
      last_at: number
      locked_until: number
      touches: number
      expires_at: number
    }
  }
}

/** What was counted is not known, so after a change of the master key everybody begins anew. */
export const keyedColumns: readonly KeyedColumn[] = [
  {
    table: 'password_guess',
    column: 'key',
    whenMasterKeyChanges: { is: 'removed with its row', key: 'key' },
  },
]

/** Guesses at one user's password, at that of a name that nobody has, or at a user's second factor. */
export interface Guesses {
  readonly failures: number
  readonly locks: number
  /** Milliseconds since the Unix epoch, as is everything here. */
  readonly lastAt: number
  readonly lockedUntil: number
}

const NONE: Guesses = { failures: 0, locks: 0, lastAt: 0, lockedUntil: 0 }

/** Reads the count by the statement that locks it: of many guesses at once each sees those before it. */
export async function hold(tx: Tx, key: string, now: number): Promise<Guesses> {
  const row = await tx
    .insertInto('password_guess')
    .values({ key, failures: 0, locks: 0, last_at: now, locked_until: 0, touches: 1, expires_at: now })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet((column) => ({ touches: column('password_guess.touches', '+', 1) })),
    )
    .returning(['failures', 'locks', 'last_at', 'locked_until', 'expires_at'])
    .executeTakeFirstOrThrow()
  if (row.expires_at <= now) return NONE
  return { failures: row.failures, locks: row.locks, lastAt: row.last_at, lockedUntil: row.locked_until }
}

export async function save(tx: Tx, key: string, guesses: Guesses, expiresAt: number): Promise<void> {
  await tx
    .updateTable('password_guess')
    .set({
      failures: guesses.failures,
      locks: guesses.locks,
      last_at: guesses.lastAt,
      locked_until: guesses.lockedUntil,
      expires_at: expiresAt,
    })
    .where('key', '=', key)
    .execute()
}

export async function forget(tx: Tx, key: string): Promise<void> {
  await tx.deleteFrom('password_guess').where('key', '=', key).execute()
}

/**
 * Forgets rows that no longer count. Nothing depends on this: what is too old is left out when it is read.
 *
 * @returns how many were removed
 */
export async function sweep(db: Db, now: number, atMost: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('password_guess')
    .where('key', 'in', (old) =>
      old.selectFrom('password_guess').select('key').where('expires_at', '<=', now).limit(atMost),
    )
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}
