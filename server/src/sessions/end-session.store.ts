import type { Db, Tx } from '../platform/db/index.ts'

/**
 * Ends one session of a user.
 *
 * @returns `false` when he has no such session that is alive
 */
export async function endOf(tx: Tx, userId: string, sessionId: string, now: number): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('session')
    .set({ ended_at: now })
    .where('id', '=', sessionId)
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/**
 * Ends every session of a user.
 *
 * @param exceptSessionId one that goes on, such as the one in which he asks for it
 * @returns the ids of those that were alive until then
 */
export async function endAllOf(
  tx: Tx,
  userId: string,
  now: number,
  exceptSessionId?: string,
): Promise<readonly string[]> {
  const rows = await tx
    .updateTable('session')
    .set({ ended_at: now })
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null)
    .where('id', '!=', exceptSessionId ?? '')
    .returning(['id', 'expires_at'])
    .execute()
  return rows.filter((row) => row.expires_at > now).map(({ id }) => id)
}

/**
 * Ends every session of everybody.
 *
 * @returns how many there were
 */
export async function endEvery(tx: Tx, now: number): Promise<number> {
  const { numUpdatedRows } = await tx
    .updateTable('session')
    .set({ ended_at: now })
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(numUpdatedRows)
}

/**
 * Forgets sessions that are long over. Nothing depends on this: a session's end is checked when it is used.
 *
 * @returns how many were removed
 */
export async function sweep(db: Db, endedBefore: number, atMost: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('session')
    .where('id', 'in', (old) =>
      old.selectFrom('session').select('id').where('expires_at', '<', endedBefore).limit(atMost),
    )
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}
