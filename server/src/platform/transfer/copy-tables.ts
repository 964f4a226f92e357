import { type Db, inTransaction } from '../db/index.ts'
import { isSameSum, openRowSum, type RowSum } from '../row-sum.ts'
import { StartError } from '../start-error.ts'
import type { Vault } from '../vault/vault.ts'
import { advance, beginCopy, type CopyProgress } from './copy-progress.ts'
import { indicesOf, type NewIndices, openRow, reindexRow, sealRow } from './copy-row.ts'
import { countRows, insertRows, listRows } from './rows.store.ts'
import type { CopiedTable, Row } from './table-fate.ts'

/** Rows of one transaction: a few thousand parameters, which both databases take. */
const ROWS_OF_A_BATCH = 500

/** One end of a copy. */
export interface CopyEnd {
  readonly db: Db
  readonly vault: Vault
}

export interface CopyPlan {
  readonly from: CopyEnd
  readonly to: CopyEnd
  /** Names the source, so that a copy that was cut off does not go on with another one. */
  readonly source: string
  /** In an order in which no row comes before the one that it hangs on. */
  readonly tables: readonly (CopiedTable & { readonly table: string })[]
  /** Whether a row goes along. */
  isMeant(table: CopiedTable, row: Row): boolean
  /** What these blind indices of the source are at the target, as far as the addresses are known. */
  newIndices(indices: readonly string[]): Promise<NewIndices>
}

/** A table that is at the target, with the checksum of its rows in clear, which both ends agree on. */
export interface CopiedRows extends RowSum {
  readonly table: string
}

/**
 * Copies tables, a batch to a transaction, each with a note of how far it is: one that is killed goes on from
 * there. Then compares both ends row by row, in clear.
 *
 * @throws {StartError} when the target is not empty, or the ends differ
 */
export async function copyTables(plan: CopyPlan): Promise<CopiedRows[]> {
  let progress = await inTransaction(plan.to.db, (tx) =>
    beginCopy(tx, plan.source, async () => {
      for (const { table } of plan.tables) {
        const rows = await countRows(tx, table)
        if (rows > 0) throw new StartError(`the target is not empty: it holds ${rows} rows of ${table}`)
      }
    }),
  )
  for (const table of plan.tables) {
    while (!progress.done.includes(table.table)) progress = await copyBatch(plan, table, progress)
  }
  const copied: CopiedRows[] = []
  for (const table of plan.tables) copied.push({ table: table.table, ...(await compare(plan, table)) })
  return copied
}

type NamedTable = CopyPlan['tables'][number]

async function copyBatch(plan: CopyPlan, table: NamedTable, progress: CopyProgress): Promise<CopyProgress> {
  const listed = await listRows(plan.from.db, table.table, table.key, progress.after, ROWS_OF_A_BATCH)
  const rows = (await inClear(plan, table, listed)).map((row) => sealRow(plan.to.vault, table, row))
  const next =
    listed.length < ROWS_OF_A_BATCH
      ? { ...progress, done: [...progress.done, table.table], after: [] }
      : { ...progress, after: keyOf(table, listed.at(-1)) }
  await inTransaction(plan.to.db, async (tx) => {
    await advance(tx, progress, next)
    if (rows.length > 0) await insertRows(tx, table.table, rows)
  })
  return next
}

/** What of these rows of the source goes along, as it is to be read at the target. */
async function inClear(plan: CopyPlan, table: NamedTable, rows: readonly Row[]): Promise<Row[]> {
  const meant = rows.filter((row) => plan.isMeant(table, row))
  const newIndices = await plan.newIndices([...new Set(meant.flatMap((row) => indicesOf(table, row)))])
  return meant.map((row) => reindexRow(table, openRow(plan.from.vault, table, row), newIndices))
}

async function compare(plan: CopyPlan, table: NamedTable): Promise<RowSum> {
  const { from, to } = plan
  const expected = await sumOf(from.db, table, (rows) => inClear(plan, table, rows))
  const found = await sumOf(to.db, table, async (rows) => rows.map((row) => openRow(to.vault, table, row)))
  if (isSameSum(expected, found)) return found
  throw new StartError(
    `the copy is not what was copied: ${table.table} has ${expected.rows} rows with the checksum ` +
      `${expected.checksum}, and ${found.rows} with ${found.checksum} at the target. Something wrote to one of ` +
      'them meanwhile; begin again with an empty target.',
  )
}

async function sumOf(
  db: Db,
  { table, key }: NamedTable,
  inClearOf: (rows: readonly Row[]) => Promise<Row[]>,
): Promise<RowSum> {
  const sum = openRowSum()
  for (let after: readonly string[] = []; ;) {
    const listed = await listRows(db, table, key, after, ROWS_OF_A_BATCH)
    for (const row of await inClearOf(listed)) {
      sum.add(Object.entries(row).toSorted(([one], [other]) => (one < other ? -1 : 1)))
    }
    if (listed.length < ROWS_OF_A_BATCH) return sum.value()
    after = keyOf({ key }, listed.at(-1))
  }
}

function keyOf({ key }: Pick<NamedTable, 'key'>, row: Row | undefined): string[] {
  return key.map((column) => String(row?.[column] ?? ''))
}
