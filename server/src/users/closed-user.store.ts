import type { Db, Tx } from '../platform/db/index.ts'

/** @returns whether an operator has disabled him, whatever else he is */
export async function isDisabledByOperator(db: Db | Tx, userId: string): Promise<boolean> {
  const row = await db
    .selectFrom('user')
    .select('disabled_at')
    .where('id', '=', userId)
    .where('disabled_at', 'is not', null)
    .executeTakeFirst()
  return row !== undefined
}

/**
 * Notes that a user has closed his account. Of two requests at once one does.
 *
 * @returns `false` when he is closing it already, is disabled, or is gone
 */
export async function close(tx: Tx, userId: string, closesAt: number): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('user')
    .set({ closes_at: closesAt })
    .where('id', '=', userId)
    .where('closes_at', 'is', null)
    .where('disabled_at', 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/**
 * Takes a closing back.
 *
 * @returns `false` when the account is not closed, or its time is over
 */
export async function reopen(tx: Tx, userId: string, now: number): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('user')
    .set({ closes_at: null })
    .where('id', '=', userId)
    .where('closes_at', '>', now)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** @returns users who closed their accounts and whose time is over */
export async function listClosed(db: Db, now: number, atMost: number): Promise<string[]> {
  const rows = await db
    .selectFrom('user')
    .select('id')
    .where('closes_at', '<=', now)
    .orderBy('closes_at')
    .limit(atMost)
    .execute()
  return rows.map(({ id }) => id)
}

/** @returns when the next closed account is over; `undefined` when nobody has closed his */
export async function findNextClosing(db: Db): Promise<number | undefined> {
  const row = await db
    .selectFrom('user')
    .select('closes_at')
    .where('closes_at', 'is not', null)
    .orderBy('closes_at')
    .limit(1)
    .executeTakeFirst()
  return row?.closes_at ?? undefined
}

/**
 * Removes a user whose time is over, with everything that hangs on him.
 *
 * @returns `false` when it is not, or somebody else has done so
 */
export async function removeClosed(tx: Tx, userId: string, now: number): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('user')
    .where('id', '=', userId)
    .where('closes_at', '<=', now)
    .executeTakeFirstOrThrow()
  return numDeletedRows === 1n
}
