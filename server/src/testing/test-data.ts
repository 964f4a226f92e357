import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import type { DeploymentSettings } from '../deployment.ts'
import { askPostgres } from './postgres.ts'
import type { ProcessOptions } from './server-process.ts'

/** The data of one test's server, on the store that this run of the tests is about. */
export interface TestData {
  readonly settings: DeploymentSettings
  /** Leads a command line in a process of its own to the same data. */
  readonly process: ProcessOptions
  remove(): Promise<void>
}

export const usesPostgres = process.env['LIGATURE_TEST_STORE'] === 'postgres'

/**
 * Has several instances of one test do something at once. Two connections to one SQLite file in one process
 * would wait for each other for ever, so there they take turns.
 */
export async function onEach<Instance, Result>(
  instances: readonly Instance[],
  act: (instance: Instance) => Promise<Result>,
): Promise<Result[]> {
  if (usesPostgres) return Promise.all(instances.map(act))
  const results: Result[] = []
  for (const instance of instances) results.push(await act(instance))
  return results
}

/** Makes room for a deployment: a directory, or an empty database on the tests' PostgreSQL server. */
export async function makeTestData(): Promise<TestData> {
  if (usesPostgres) return emptyDatabase(inject('postgresUrl'))
  const dataDirectory = mkdtempSync(join(tmpdir(), 'ligature-test-'))
  return {
    settings: { dataDirectory, masterKey: undefined },
    process: { environment: { LIGATURE_DATA: dataDirectory } },
    remove: async () => rmSync(dataDirectory, { recursive: true, force: true }),
  }
}

/**
 * An empty database on this PostgreSQL server.
 *
 * @param prefix what its name begins with
 */
export async function emptyDatabase(server: string, prefix = 'ligature_'): Promise<TestData> {
  const name = `${prefix}${randomUUID().replaceAll('-', '')}`
  // The other strategy writes all of it to the log first, which costs several times as much.
  await askPostgres(server, `create database ${name} strategy file_copy`)
  const database = new URL(server)
  database.pathname = `/${name}`
  const masterKey = Buffer.alloc(32, 7).toString('base64')
  return {
    settings: { database: database.href, dataDirectory: '', masterKey },
    process: { environment: { LIGATURE_DATABASE: database.href, LIGATURE_MASTER_KEY: masterKey } },
    remove: () => askPostgres(server, `drop database ${name} with (force)`),
  }
}
