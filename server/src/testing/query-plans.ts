import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { type TestContext, vi } from 'vitest'
import { openExplain } from './explain.ts'
import type { TestData } from './test-data.ts'

/** What may be read as a whole, by why there is little of it. */
const littleBecause = {
  'an operator sets it': ['application', 'connection', 'connection_application'],
  'there is one for each key that was ever made': ['data_key', 'signing_key'],
  'there are so many for each minute, and old ones are swept': ['human_check_count'],
}
const SMALL_TABLES = Object.values(littleBecause).flat()

/** @returns the statements on rows that the store is asked for from now on */
export function watchStatements(t: TestContext): ReadonlySet<string> {
  const seen = new Set<string>()
  const note = (sql: unknown): void => {
    if (typeof sql === 'string' && /^(?:select|insert|update|delete|with)\b/.test(sql)) seen.add(sql)
  }
  const spies = [
    vi.spyOn(DatabaseSync.prototype, 'prepare').mockImplementation(function (this: DatabaseSync, sql) {
      note(sql)
      return prepare.call(this, sql)
    }),
    vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (
      this: pg.Client,
      ...asked: unknown[]
    ) {
      const [first] = asked
      note(first !== null && typeof first === 'object' && 'text' in first ? first.text : first)
      const answer: unknown = Reflect.apply(query, this, asked)
      return answer
    }),
  ]
  t.onTestFinished(() => {
    for (const spy of spies) spy.mockRestore()
  })
  return seen
}

const { prepare } = DatabaseSync.prototype
const { query } = pg.Client.prototype

/** @returns those that read the whole of a table that grows, each with the table */
export async function findFullScans(data: TestData, statements: Iterable<string>): Promise<string[]> {
  const scans: string[] = []
  const explain = await openExplain(data, SMALL_TABLES)
  for (const sql of statements) {
    const tables = await explain.scannedBy(sql)
    scans.push(...tables.filter((table) => !SMALL_TABLES.includes(table)).map((table) => `${table}: ${sql}`))
  }
  await explain.close()
  return scans.toSorted()
}
