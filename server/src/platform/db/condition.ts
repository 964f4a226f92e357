import { sql } from 'kysely'
import { z } from 'zod'
import type { Db } from './types.ts'

/** How the database is, as far as it matters that nothing acknowledged is lost. */
export interface DatabaseCondition {
  /** Whole milliseconds for a statement that reads nothing; the shortest of a few. */
  readonly answersInMs: number
  /** `17.4` for PostgreSQL. */
  readonly version: string
  /** Whether it limits the time of a whole transaction, which PostgreSQL does since 17. */
  readonly limitsTransactions: boolean
  /** What lets a commit be lost in a power cut, as it is set; empty when nothing does. */
  readonly loses: readonly string[]
}

const TRIES = 3

const postgresSettings = z.object({
  version_number: z.coerce.number(),
  version: z.string(),
  fsync: z.string(),
  full_page_writes: z.string(),
  synchronous_commit: z.string(),
})
const sqliteSettings = z.object({ version: z.string() })
const FULL = 2

/** Looks at a database of this kind. */
export async function readCondition(db: Db, kind: 'sqlite' | 'postgres'): Promise<DatabaseCondition> {
  const answersInMs = await measure(db)
  return { answersInMs, ...(kind === 'sqlite' ? await ofSqlite(db) : await ofPostgres(db)) }
}

async function measure(db: Db): Promise<number> {
  const took: number[] = []
  for (let index = 0; index < TRIES; index++) {
    const startedAt = performance.now()
    await sql`select 1 as one`.execute(db)
    took.push(performance.now() - startedAt)
  }
  return Math.round(Math.min(...took))
}

type OfKind = Omit<DatabaseCondition, 'answersInMs'>

/** By functions and not by `show`, which a pooler may take for itself. */
async function ofPostgres(db: Db): Promise<OfKind> {
  const { rows } = await sql`select
    current_setting('server_version_num') as version_number,
    current_setting('server_version') as version,
    current_setting('fsync') as fsync,
    current_setting('full_page_writes') as full_page_writes,
    current_setting('synchronous_commit') as synchronous_commit`.execute(db)
  const { version_number, version, ...settings } = postgresSettings.parse(rows[0])
  return {
    version: version.split(' ')[0] ?? version,
    limitsTransactions: version_number >= 170_000,
    loses: Object.entries(settings).flatMap(([name, value]) => (value === 'off' ? [`${name} = off`] : [])),
  }
}

async function ofSqlite(db: Db): Promise<OfKind> {
  const { rows: versions } = await sql`select sqlite_version() as version`.execute(db)
  const { rows: levels } = await sql`pragma synchronous`.execute(db)
  const { synchronous } = z.object({ synchronous: z.number() }).parse(levels[0])
  return {
    version: sqliteSettings.parse(versions[0]).version,
    limitsTransactions: true,
    loses: synchronous >= FULL ? [] : [`synchronous = ${synchronous}`],
  }
}
