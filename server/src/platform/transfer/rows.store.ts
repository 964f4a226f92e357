import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import type { Db, Tx } from '../db/index.ts'
import type { Row } from './table-fate.ts'

const rowsSchema = z.array(z.record(z.string(), z.union([z.string(), z.number(), z.null()])))

/**
 * Lists rows in the order of their keys.
 *
 * @param key columns of text
 * @param after the key of the last row of the list before; empty for the first
 */
export async function listRows(
  db: Db,
  table: string,
  key: readonly string[],
  after: readonly string[],
  atMost: number,
): Promise<Row[]> {
  const columns = sql.join(key.map((column) => sql.ref(column)))
  const isAfter: RawBuilder<unknown> =
    after.length === 0 ? sql`` : sql`where (${columns}) > (${sql.join([...after])})`
  const { rows } = await sql`
    select * from ${sql.table(table)} ${isAfter} order by ${columns} limit ${atMost}
  `.execute(db)
  return rowsSchema.parse(rows)
}

/** @param rows all with the same columns, at least one */
export async function insertRows(tx: Tx, table: string, rows: readonly Row[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {})
  const values = rows.map((row) => sql`(${sql.join(columns.map((column) => row[column] ?? null))})`)
  await sql`
    insert into ${sql.table(table)} (${sql.join(columns.map((column) => sql.ref(column)))})
    values ${sql.join(values)}
  `.execute(tx)
}

/** @returns how many rows a table holds */
export async function countRows(db: Db | Tx, table: string): Promise<number> {
  const { rows } = await sql`select count(*) as rows from ${sql.table(table)}`.execute(db)
  return z.object({ rows: z.number() }).parse(rows[0]).rows
}

/** @returns how many rows were removed */
export async function emptyTable(tx: Tx, table: string): Promise<number> {
  const { numAffectedRows } = await sql`delete from ${sql.table(table)}`.execute(tx)
  return Number(numAffectedRows ?? 0n)
}
