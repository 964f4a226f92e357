import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { migrations } from '../../migrations/index.ts'
import { openDatabase } from '../platform/db/index.ts'
import { databaseFile } from '../platform/db/sqlite.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** An SQLite file with every table and no rows; closed, so that one file is all of it. */
    readonly sqliteTables: string
  }
}

/** Makes the tables once; each test has a copy. */
export async function setup(project: TestProject): Promise<() => void> {
  const directory = mkdtempSync(join(tmpdir(), 'ligature-test-'))
  const { close } = await openDatabase({ kind: 'sqlite', directory }, migrations)
  await close()
  project.provide('sqliteTables', databaseFile(directory))
  return () => rmSync(directory, { recursive: true, force: true })
}
