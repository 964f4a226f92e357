import { sql } from 'kysely'
import { z } from 'zod'
import type { Db } from '../db/index.ts'

/** Rows changed by one statement: far below the time that a statement may take. */
const ROWS_OF_A_STATEMENT = 2_000

/** A column, and the one that names its rows. */
export interface NamedColumn {
  readonly table: string
  readonly column: string
  readonly key: string
}

const keyed = z.array(z.object({ key: z.string() }))

/** @returns how many rows lost what stood in this column */
export function empty(db: Db, column: NamedColumn, as: null | ''): Promise<number> {
  const { table, column: name } = column
  const isFull = as === null ? sql`${sql.ref(name)} is not null` : sql`${sql.ref(name)} <> ${as}`
  return inBatches(db, column, isFull, (keys) =>
    sql`update ${sql.table(table)} set ${sql.ref(name)} = ${as} where ${sql.ref(column.key)} in (${sql.join(keys)})`.execute(
      db,
    ),
  )
}

/** @returns how many rows were removed */
export function removeRows(db: Db, column: NamedColumn): Promise<number> {
  const { table, key } = column
  return inBatches(db, column, sql`1 = 1`, (keys) =>
    sql`delete from ${sql.table(table)} where ${sql.ref(key)} in (${sql.join(keys)})`.execute(db),
  )
}

async function inBatches(
  db: Db,
  { table, key }: NamedColumn,
  isMeant: ReturnType<typeof sql>,
  change: (keys: readonly string[]) => Promise<unknown>,
): Promise<number> {
  let rows = 0
  for (let after = ''; ;) {
    const listed = await sql`
      select ${sql.ref(key)} as key from ${sql.table(table)} where ${isMeant} and ${sql.ref(key)} > ${after}
      order by ${sql.ref(key)} limit ${ROWS_OF_A_STATEMENT}
    `.execute(db)
    const keys = keyed.parse(listed.rows).map((row) => row.key)
    if (keys.length === 0) return rows
    await change(keys)
    rows += keys.length
    after = keys.at(-1) ?? after
  }
}
