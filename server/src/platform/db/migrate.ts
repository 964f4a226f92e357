import type { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import { StartError } from '../start-error.ts'
import type { Migration } from './migration.ts'
import type { Tables } from './tables.ts'
import { takeTurns, takeYourTime } from './transaction.ts'

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

/** Kysely's complaint about a migration that it was not given, in the operator's words. */
function inWords(error: unknown): Error {
  if (!(error instanceof Error)) return new Error('the tables could not be changed')
  const newer = /previously executed migration (\S+) is missing/.exec(error.message)
  if (newer === null) return error
  return new StartError(
    `this database was made by a newer version of Ligature (it holds the change ${newer[1]}). ` +
      'Install that version, or restore the backup made before the upgrade.',
  )
}
