import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import type { Migration } from './migration.ts'
import type { Tables } from './tables.ts'
import { StartError } from '../start-error.ts'
import { sqliteDialect } from './sqlite.ts'

export interface OpenedDatabase {
  readonly db: Kysely<Tables>
  close(): Promise<void>
}

/**
 * Opens the database of a data directory and brings its tables up to date.
 *
 * @param migrations by name, in order
 * @throws {StartError} when the tables were made by a newer version
 */
export async function openDatabase(
  dataDirectory: string,
  migrations: Readonly<Record<string, Migration>>,
): Promise<OpenedDatabase> {
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 })
  const file = join(dataDirectory, 'ligature.db')
  const db = new Kysely<Tables>({ dialect: sqliteDialect(file) })
  chmodSync(file, 0o600)
  try {
    await migrate(db, migrations)
  } catch (error) {
    await db.destroy()
    throw error
  }
  return { db, close: () => db.destroy() }
}

async function migrate(db: Kysely<Tables>, migrations: Readonly<Record<string, Migration>>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve({ ...migrations }) } })
  const { error } = await migrator.migrateToLatest()
  if (error === undefined) return

  // Kysely's complaint about a migration that it was not given, in the operator's words.
  const message = error instanceof Error ? error.message : ''
  const newer = /previously executed migration (\S+) is missing/.exec(message)
  if (newer === null) throw new Error('the tables could not be brought up to date', { cause: error })
  throw new StartError(
    `this database was made by a newer version of Ligature (it holds the change ${newer[1]}). ` +
      'Install that version, or restore the backup made before the upgrade.',
  )
}
