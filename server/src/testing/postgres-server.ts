import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { startPostgres } from './postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL server on which a test may make databases. */
    readonly postgresUrl: string
    /** What the names of databases begin with that outlive a file of tests, and not all of them. */
    readonly keptDatabases: string
  }
}

/**
 * Gives the tests a PostgreSQL server: the one that `LIGATURE_TEST_DATABASE_URL` names, or one of their own
 * that ends with them.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const prefix = `ligature_kept_${randomBytes(4).toString('hex')}_`
  project.provide('keptDatabases', prefix)
  const given = process.env['LIGATURE_TEST_DATABASE_URL']
  if (given !== undefined && given !== '') {
    project.provide('postgresUrl', given)
    return () => dropAll(given, prefix)
  }
  const postgres = await startPostgres({ isDurable: false })
  project.provide('postgresUrl', postgres.url)
  return () => postgres.remove()
}

async function dropAll(server: string, prefix: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  const { rows } = await client.query<{ datname: string }>(
    'select datname from pg_database where starts_with(datname, $1)',
    [prefix],
  )
  for (const { datname } of rows) await client.query(`drop database ${datname} with (force)`)
  await client.end()
}
