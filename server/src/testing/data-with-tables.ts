import { copyFileSync } from 'node:fs'
import pg from 'pg'
import { inject } from 'vitest'
import { migrations } from '../../migrations/index.ts'
import { locationOf } from '../deployment.ts'
import { openDatabase } from '../platform/db/index.ts'
import { databaseFile } from '../platform/db/sqlite.ts'
import { emptyDatabase, makeTestData, type TestData, usesPostgres } from './test-data.ts'

/**
 * Room for a deployment whose tables are there and empty. Making the tables costs as much as a short test: on
 * SQLite each test has a copy of one file, on PostgreSQL the next one has the database of the last, emptied.
 */
export async function makeDataWithTables(): Promise<TestData> {
  return usesPostgres ? takeDatabase() : copyFile()
}

async function copyFile(): Promise<TestData> {
  const data = await makeTestData()
  copyFileSync(inject('sqliteTables'), databaseFile(data.settings.dataDirectory))
  return data
}

interface KeptDatabase {
  readonly data: TestData
  readonly client: pg.Client
  /** What its tables looked like when they were made. */
  readonly shape: string
}

/** They stay when a file of tests is over, for the next file; what gave their server drops them at the end. */
const idle: KeptDatabase[] = []

async function takeDatabase(): Promise<TestData> {
  const kept = idle.pop() ?? (await makeDatabase())
  return {
    ...kept.data,
    async remove() {
      if (await isEmptied(kept)) idle.push(kept)
      else await drop(kept)
    },
  }
}

async function makeDatabase(): Promise<KeptDatabase> {
  const data = await emptyDatabase(inject('postgresUrl'), inject('keptDatabases'))
  const { close } = await openDatabase(locationOf(data.settings), migrations)
  await close()
  const client = new pg.Client({ connectionString: data.settings.database })
  // Dropping the database ends its connections.
  client.on('error', () => undefined)
  await client.connect()
  return { data, client, shape: await shapeOf(client) }
}

async function drop({ data, client }: KeptDatabase): Promise<void> {
  await client.end()
  await data.remove()
}

/** @returns whether it is as it was made: not when a test changed the tables, or left something at work in it */
async function isEmptied({ client, shape }: KeptDatabase): Promise<boolean> {
  if ((await isAtWork(client)) || (await shapeOf(client)) !== shape) return false
  const { rows } = await client.query<{ name: string }>(
    `select format('%I', tablename) as name from pg_tables
     where schemaname = 'public' and tablename not like 'kysely%'`,
  )
  // One row refers to another, so it is for their order that nothing is checked.
  const statements = ['set local session_replication_role = replica']
  await client.query([...statements, ...rows.map(({ name }) => `delete from ${name}`)].join('; '))
  return true
}

/** A pooler's connections stay when a test is over, and wait. */
async function isAtWork(client: pg.Client): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'`,
  )
  return rowCount !== 0
}

async function shapeOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ shape: string }>(
    `select md5(concat(
       (select string_agg(concat(relname, attname, atttypid, attnotnull), ',' order by relname, attnum)
        from pg_class join pg_attribute on attrelid = pg_class.oid
        where relnamespace = 'public'::regnamespace),
       (select count(*) from pg_trigger),
       (select count(*) from pg_constraint))) as shape`,
  )
  return rows[0]?.shape ?? ''
}
