import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import pg from 'pg'
import { type TestContext, vi } from 'vitest'
import { z } from 'zod'
import { type TestData, usesPostgres } from './test-data.ts'

/** What an operator sets, a handful of rows for each process, or so many for each minute that is kept. */
const SMALL_TABLES = new Set([
  'access_token',
  'application',
  'connection',
  'connection_application',
  'data_key',
  'deployment',
  'gateway',
  'human_check_breaker',
  'human_check_count',
  'policy',
  'running_process',
  'signing_key',
  'test_address',
])

const sqlitePlan = z.array(z.object({ detail: z.string() }))
/** A step of a plan of PostgreSQL, and those that it is made of. */
const postgresStep = z.object({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  'Index Name': z.string().optional(),
  'Index Cond': z.string().optional(),
  get Plans() {
    return z.array(postgresStep).optional()
  },
})
const postgresPlan = z.tuple([z.object({ 'QUERY PLAN': z.tuple([z.object({ Plan: postgresStep })]) })])

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
  const explain = await openExplain(data)
  for (const sql of statements) {
    const tables = await explain.scannedBy(sql)
    scans.push(...tables.filter((table) => !SMALL_TABLES.has(table)).map((table) => `${table}: ${sql}`))
  }
  await explain.close()
  return scans.toSorted()
}

interface Explain {
  scannedBy(sql: string): Promise<readonly string[]>
  close(): Promise<void>
}

function openExplain(data: TestData): Promise<Explain> | Explain {
  const { database, dataDirectory } = data.settings
  return usesPostgres ? explainPostgres(String(database)) : explainSqlite(join(dataDirectory, 'ligature.db'))
}

/** Without statistics it goes by the rule that an index is better, as it does in every deployment of ours. */
function explainSqlite(file: string): Explain {
  const database = new DatabaseSync(file, { readOnly: true })
  return {
    async scannedBy(sql) {
      const plan = sqlitePlan.parse(prepare.call(database, `explain query plan ${sql}`).all())
      return plan.flatMap(({ detail }) => /^SCAN ([a-z_]\w*)(?! .*VIRTUAL)/.exec(detail)?.[1] ?? [])
    },
    async close() {
      database.close()
    },
  }
}

/** Small tables are read as a whole whatever their indexes are, unless that is made dear. */
async function explainPostgres(database: string): Promise<Explain> {
  const client = new pg.Client({ connectionString: database })
  await client.connect()
  await client.query('set enable_seqscan = off')
  return {
    async scannedBy(sql) {
      const { rows } = await client.query(`explain (generic_plan, format json) ${sql}`)
      const [row] = postgresPlan.parse(rows)
      return scannedIn(row['QUERY PLAN'][0].Plan)
    },
    close: () => client.end(),
  }
}

/** An index that is read without a condition is read as a whole, and with it the table. */
function scannedIn(step: z.infer<typeof postgresStep>): string[] {
  const inner = (step.Plans ?? []).flatMap(scannedIn)
  const isScan = /^(?:Seq|Index|Index Only|Bitmap Index) Scan$/.test(step['Node Type'])
  if (!isScan || step['Index Cond'] !== undefined) return inner
  return [step['Relation Name'] ?? step['Index Name'] ?? step['Node Type'], ...inner]
}
