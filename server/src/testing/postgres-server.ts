import type { TestProject } from 'vitest/node'
import { startPostgres } from './postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL server on which a test may make databases. */
    readonly postgresUrl: string
  }
}

/**
 * Gives the tests a PostgreSQL server: the one that `LIGATURE_TEST_DATABASE_URL` names, or one of their own
 * that ends with them.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['LIGATURE_TEST_DATABASE_URL']
  if (given !== undefined && given !== '') {
    project.provide('postgresUrl', given)
    return () => Promise.resolve()
  }
  const postgres = await startPostgres({ isDurable: false })
  project.provide('postgresUrl', postgres.url)
  return () => postgres.remove()
}
