import type { TestProject } from 'vitest/node'
import { startPgBouncer } from './pgbouncer.ts'
import { startPostgres } from './postgres.ts'

/** Gives the tests a PostgreSQL server that is reached through PgBouncer in transaction mode only. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres({ isDurable: false })
  const pooler = await startPgBouncer(postgres.url)
  project.provide('postgresUrl', pooler.url)
  project.provide('keptDatabases', 'ligature_kept_')
  return async () => {
    await pooler.stop()
    await postgres.remove()
  }
}
