import { sql } from 'kysely'
import type { Db } from '../platform/db/index.ts'

/** Columns that count what was tried. */
const COUNTERS = new Set(['tries', 'attempts'])
/** A guess at a code is written down even when it is nonsense, and so is a code that WeChat knows nothing of. */
const RECORDED = new Set(['code_refused', 'phone_refused'])
/** What has been spent, and what WeChat has lent us for all callers. */
const PASSED_OVER = new Set(['budget', 'access_token'])

/**
 * Every row of every table, but for what a refusal may leave behind: budgets, counters, WeChat's access token,
 * and the record of a guess. Equal before and after: nothing happened.
 */
export async function contentsOf(db: Db): Promise<Readonly<Record<string, readonly string[]>>> {
  const tables = (await db.introspection.getTables()).map(({ name }) => name)
  const contents: Record<string, readonly string[]> = {}
  for (const table of tables.filter((name) => !PASSED_OVER.has(name))) {
    const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(table)}`.execute(db)
    contents[table] = rows
      .filter((row) => !(table === 'audit_event' && RECORDED.has(String(row['kind']))))
      .map((row) => JSON.stringify(Object.entries(row).filter(([column]) => !COUNTERS.has(column))))
      .toSorted()
  }
  return contents
}
