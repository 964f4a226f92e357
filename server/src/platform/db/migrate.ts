import { type Kysely, sql } from 'kysely'
import { DEFAULT_MIGRATION_TABLE, Migrator } from 'kysely/migration'
import { StartError } from '../start-error.ts'
import type { Migration } from './migration.ts'
import type { Tables } from './tables.ts'
import { takeTurns } from './locks.ts'
import { takeYourTime } from './transaction.ts'

/**
 * Makes the changes of the tables that are not made yet, in one transaction: a start that is killed leaves
 * none half made, and of several that start at once one makes them while the others wait.
 *
 * @throws {StartError} when the database knows a change that this version does not
 */
export async function migrate(
  db: Kysely<Tables>,
  migrations: Readonly<Record<string, Migration>>,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await takeYourTime(tx)
    await takeTurns(tx, ['the tables'])
    const provider = { getMigrations: () => Promise.resolve({ ...migrations }) }
    const { error } = await new Migrator({ db: tx, provider }).migrateToLatest()
    if (error !== undefined) throw inWords(error)
  })
}

/**
 * Compares the tables with those of this version and changes nothing.
 *
 * @throws {StartError} when they are older or newer
 */
export async function refuseOtherVersion(
  db: Kysely<Tables>,
  migrations: Readonly<Record<string, Migration>>,
): Promise<void> {
  const made = await listMade(db)
  const newer = made.find((name) => !(name in migrations))
  if (newer !== undefined) throw newerVersion(newer)
  const missing = Object.keys(migrations).filter((name) => !made.includes(name))
  if (missing.length === 0) return
  throw new StartError(
    `its tables are those of an earlier version (${missing.length} changes are to come); ` +
      'the next start of this version makes them',
  )
}

async function listMade(db: Kysely<Tables>): Promise<readonly string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some(({ name }) => name === DEFAULT_MIGRATION_TABLE)) return []
  const { rows } = await sql<{
    name: string
  }>`select name from ${sql.table(DEFAULT_MIGRATION_TABLE)}`.execute(db)
  return rows.map(({ name }) => name)
}

/** Kysely's complaint about a migration that it was not given, in the operator's words. */
function inWords(error: unknown): Error {
  if (!(error instanceof Error)) return new Error('the tables could not be changed')
  const newer = /previously executed migration (\S+) is missing/.exec(error.message)
  if (newer === null) return error
  return newerVersion(newer[1] ?? '')
}

function newerVersion(change: string): StartError {
  return new StartError(
    `this database was made by a newer version of Ligature (it holds the change ${change}). ` +
      'Install that version, or restore the backup made before the upgrade.',
  )
}
