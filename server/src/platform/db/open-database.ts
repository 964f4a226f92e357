import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import { StartError } from '../start-error.ts'
import type { Migration } from './migration.ts'
import { sqliteDialect } from './sqlite.ts'
import type { Tables } from './tables.ts'

export interface OpenedDatabase {
  readonly db: Kysely<Tables>
  close(): Promise<void>
}

/**
 * Opens the database of a data directory and brings its tables up to date, all of them or none.
 *
 * @param migrations by name, in order
 * @throws {StartError} when the file is no database or cannot be used, or its tables were made by a newer version
 */
export async function openDatabase(
  dataDirectory: string,
  migrations: Readonly<Record<string, Migration>>,
): Promise<OpenedDatabase> {
  const file = join(dataDirectory, 'ligature.db')
  try {
    const db = new Kysely<Tables>({ dialect: sqliteDialect(file) })
    chmodSync(file, 0o600)
    try {
      await migrate(db, migrations)
    } catch (error) {
      await db.destroy()
      throw error
    }
    return { db, close: () => db.destroy() }
  } catch (error) {
    const because = whyUnusable(error)
    if (because === undefined) throw error
    throw new StartError(`the database ${file} cannot be used: ${because}`)
  }
}

async function migrate(db: Kysely<Tables>, migrations: Readonly<Record<string, Migration>>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve({ ...migrations }) } })
  const { error } = await migrator.migrateToLatest()
  if (error === undefined) return

  // Kysely's complaint about a migration that it was not given, in the operator's words.
  const message = error instanceof Error ? error.message : ''
  const newer = /previously executed migration (\S+) is missing/.exec(message)
  if (newer === null) throw error instanceof Error ? error : new Error('the tables could not be changed')
  throw new StartError(
    `this database was made by a newer version of Ligature (it holds the change ${newer[1]}). ` +
      'Install that version, or restore the backup made before the upgrade.',
  )
}

/** Busy, read-only, input or output failed, corrupt, full, cannot be opened, not a database. */
const FAULTS_OF_THE_FILE = [5, 8, 10, 11, 13, 14, 26]

/** @returns what SQLite says is wrong with the file; `undefined` for whatever is not the file's fault */
function whyUnusable(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  // The low byte is the primary code; the rest says more than an operator needs.
  return FAULTS_OF_THE_FILE.includes(Number(error.errcode) & 0xff) ? error.message : undefined
}
