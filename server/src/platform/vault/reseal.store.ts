import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import { type Db, inTransaction } from '../db/index.ts'
import type { SealedColumn } from './sealed-column.ts'

/** The key columns of a row, by name. */
export type RowKey = Readonly<Record<string, string>>

export interface SealedRow {
  readonly key: RowKey
  readonly sealed: string
}

const textRow = z.record(z.string(), z.string())

/**
 * Lists rows that are sealed under one of these data keys, in the order of their keys.
 *
 * @param numbers at least one
 * @param after the last row of the list before
 */
export async function listSealedUnder(
  db: Db,
  column: SealedColumn,
  numbers: readonly number[],
  after: RowKey | undefined,
  atMost: number,
): Promise<SealedRow[]> {
  const text = sql.ref(column.column)
  const isUnder = numbers.map((number) => sql`${text} like ${`${number}.%`}`)
  const { rows } = await sql`
    select ${keyOf(column)}, ${text} as sealed from ${sql.table(column.table)}
    where (${sql.join(isUnder, sql` or `)}) ${isAfter(column, after)}
    order by ${keyOf(column)} limit ${atMost}
  `.execute(db)
  return rows.map((row) => {
    const { sealed = '', ...key } = textRow.parse(row)
    return { key, sealed }
  })
}

/**
 * Writes texts that were sealed again. A row that was changed or removed meanwhile is left as it is.
 *
 * @returns how many were written
 */
export async function replaceSealed(
  db: Db,
  column: SealedColumn,
  changes: readonly (SealedRow & { readonly resealed: string })[],
): Promise<number> {
  const text = sql.ref(column.column)
  return inTransaction(db, async (tx) => {
    let replaced = 0
    for (const { key, sealed, resealed } of changes) {
      const isRow = column.key.map((name) => sql`${sql.ref(name)} = ${key[name] ?? ''}`)
      const { numAffectedRows } = await sql`
        update ${sql.table(column.table)} set ${text} = ${resealed}
        where ${text} = ${sealed} and ${sql.join(isRow, sql` and `)}
      `.execute(tx)
      replaced += Number(numAffectedRows ?? 0n)
    }
    return replaced
  })
}

function keyOf({ key }: SealedColumn): RawBuilder<unknown> {
  return sql.join(key.map((name) => sql.ref(name)))
}

function isAfter(column: SealedColumn, after: RowKey | undefined): RawBuilder<unknown> {
  if (after === undefined) return sql``
  const values = sql.join(column.key.map((name) => after[name] ?? ''))
  return sql`and (${keyOf(column)}) > (${values})`
}
