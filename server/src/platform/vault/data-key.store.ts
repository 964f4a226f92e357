import { sql } from 'kysely'
import type { Db, Tx } from '../db/index.ts'
import type { SealedColumn } from './sealed-column.ts'

declare module '../db/tables.ts' {
  interface Tables {
    /** Keys that encrypt rows, wrapped under the master key. */
    readonly data_key: {
      number: number
      wrapped: string
      created_at: number
      seals_from: number
      /** The same key under the next master key, while that one is taking over. */
      wrapped_next: string | null
    }
  }
}

export interface WrappedDataKey {
  readonly number: number
  readonly wrapped: string
  readonly createdAt: number
  readonly sealsFrom: number
  readonly wrappedNext: string | undefined
}

/** @returns the data keys, oldest first */
export async function list(db: Db | Tx): Promise<WrappedDataKey[]> {
  const rows = await db.selectFrom('data_key').selectAll().orderBy('number').execute()
  return rows.map((row) => ({
    number: row.number,
    wrapped: row.wrapped,
    createdAt: row.created_at,
    sealsFrom: row.seals_from,
    wrappedNext: row.wrapped_next ?? undefined,
  }))
}

/**
 * Adds a data key.
 *
 * @returns `false` when there is one of that number already
 */
export async function add(
  db: Db | Tx,
  dataKey: { readonly number: number; readonly wrapped: string; readonly sealsFrom: number },
  now: number,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('data_key')
    .values({
      number: dataKey.number,
      wrapped: dataKey.wrapped,
      seals_from: dataKey.sealsFrom,
      created_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/** Writes a data key a second time, under the next master key. */
export async function setWrappedNext(tx: Tx, number: number, wrappedNext: string): Promise<void> {
  await tx.updateTable('data_key').set({ wrapped_next: wrappedNext }).where('number', '=', number).execute()
}

/** From here on the next master key is the master key. One statement: all data keys change over, or none. */
export async function takeWrappedNext(db: Db): Promise<void> {
  await db
    .updateTable('data_key')
    .set((column) => ({ wrapped: column.fn.coalesce('wrapped_next', 'wrapped'), wrapped_next: null }))
    .where('wrapped_next', 'is not', null)
    .execute()
}

/**
 * Removes a data key, unless something is sealed under it. One statement, so that nothing can come in between.
 *
 * @returns whether it was removed
 */
export async function removeUnused(
  db: Db,
  number: number,
  columns: readonly SealedColumn[],
): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('data_key')
    .where('number', '=', number)
    .where((where) =>
      where.and(
        columns.map(
          ({ table, column }) =>
            sql<boolean>`not exists (select 1 from ${sql.table(table)} where ${sql.ref(column)} like ${`${number}.%`})`,
        ),
      ),
    )
    .executeTakeFirstOrThrow()
  return numDeletedRows === 1n
}

/** @returns how many rows of this column are sealed under each data key, by its number */
export async function countSealed(
  db: Db,
  { table, column }: SealedColumn,
  numbers: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const counts = new Map<number, number>()
  for (const number of numbers) {
    const { rows } = await sql<{ rows: number }>`
      select count(*) as rows from ${sql.table(table)} where ${sql.ref(column)} like ${`${number}.%`}
    `.execute(db)
    counts.set(number, rows[0]?.rows ?? 0)
  }
  return counts
}
