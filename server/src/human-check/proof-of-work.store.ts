import type { Db, Tx } from '../platform/db/index.ts'

declare module '../platform/db/tables.ts' {
  interface Tables {
    /** Challenges whose solution was used. */
    readonly human_check_work: { challenge_hash: string; expires_at: number }
  }
}

/**
 * Uses a solved challenge, once.
 *
 * @param expiresAt of the challenge: until then it has to be remembered
 * @returns `false` when it was used before
 */
export async function use(tx: Tx, challengeHash: string, expiresAt: number): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('human_check_work')
    .values({ challenge_hash: challengeHash, expires_at: expiresAt })
    .onConflict((conflict) => conflict.column('challenge_hash').doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/**
 * Forgets challenges that have expired, and are refused for that from now on.
 *
 * @returns how many were removed
 */
export async function sweep(db: Db, endedBefore: number, atMost: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('human_check_work')
    .where('challenge_hash', 'in', (old) =>
      old
        .selectFrom('human_check_work')
        .select('challenge_hash')
        .where('expires_at', '<', endedBefore)
        .limit(atMost),
    )
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}
