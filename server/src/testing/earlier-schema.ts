import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { migrations } from '../../migrations/index.ts'
import { openDatabase } from '../platform/db/index.ts'
import type { Tables } from '../platform/db/tables.ts'
import { locationOf } from '../deployment.ts'
import { makeTestData, type TestData } from './test-data.ts'

const proof = z.object({
  stateToken: z.string(),
  mobile: z.string().optional(),
  email: z.string().optional(),
  code: z.string(),
})

const earlierData = z.object({
  schema: z.string(),
  /** When the last of it happened: milliseconds since the Unix epoch. */
  madeAt: z.number(),
  masterKey: z.string(),
  /** What its people held in their hands. */
  things: z.object({
    liveSession: z.object({ token: z.string(), idToken: z.string() }),
    endedSession: z.object({ token: z.string() }),
    openSignIn: proof,
    usedCode: proof,
    burntCode: proof,
  }),
  tables: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))),
})

/** What a test of vitest is handed. */
interface RunningTest {
  readonly onTestFinished: (close: () => Promise<void>) => void
}

const FOLDER = join(import.meta.dirname, 'earlier-schemas')

/** The last migration of each version whose data was kept. */
export const earlierSchemas = readdirSync(FOLDER).map((file) => file.replace(/\.json$/, ''))

/** Data as the version with that schema had written it, through its own HTTP API. */
export type EarlierData = z.infer<typeof earlierData>

/**
 * Puts a store where an earlier version would have left it. The file is what that version wrote, row by row;
 * the tables are made by the migrations that it had.
 *
 * @param schema name of its last migration
 */
export async function makeEarlierData(
  t: RunningTest,
  schema: string,
): Promise<{ readonly data: TestData; readonly earlier: EarlierData }> {
  const file = join(FOLDER, `${schema}.json`)
  const earlier = earlierData.parse(JSON.parse(readFileSync(file, 'utf8')))
  const empty = await makeTestData()
  t.onTestFinished(() => empty.remove())
  const data: TestData = {
    ...empty,
    settings: { ...empty.settings, masterKey: earlier.masterKey },
    process: { environment: { ...empty.process.environment, LIGATURE_MASTER_KEY: earlier.masterKey } },
  }
  const itsMigrations = Object.entries(migrations).filter(([name]) => name <= schema)
  const { db, close } = await openDatabase(locationOf(data.settings), Object.fromEntries(itsMigrations))
  for (const [table, rows] of Object.entries(earlier.tables)) {
    // The names come from the file of that schema, which today's types need not know.
    if (rows.length > 0)
      await db
        .insertInto(table as keyof Tables)
        .values(rows)
        .execute()
  }
  await close()
  return { data, earlier }
}
