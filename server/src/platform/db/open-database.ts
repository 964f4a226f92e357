import { type Dialect, Kysely } from 'kysely'
import { ActivityWatch, type PoolState, type StoreActivity } from './activity.ts'
import type { Migration } from './migration.ts'
import { migrate, refuseOtherVersion } from './migrate.ts'
import type { Tables } from './tables.ts'
import { type DatabaseUse, databaseFile, openFile, whyUnusable } from './sqlite.ts'
import { StartError } from '../start-error.ts'
import { isStoreAway } from './store-away.ts'

/** Which database it is; nothing but this folder needs to know. */
export type DatabaseLocation =
  | { readonly kind: 'sqlite'; readonly directory: string }
  /** `postgres://user:password@host:5432/database` */
  | { readonly kind: 'postgres'; readonly url: string }

export interface OpenedDatabase {
  readonly db: Kysely<Tables>
  readonly activity: StoreActivity
  close(): Promise<void>
}

/**
 * Opens the database and brings its tables up to date, all of them or none.
 *
 * @param migrations by name, in order
 * @throws {StartError} when it cannot be reached or used, or its tables were made by a newer version
 */
export async function openDatabase(
  location: DatabaseLocation,
  migrations: Readonly<Record<string, Migration>>,
  use: DatabaseUse = {},
): Promise<OpenedDatabase> {
  try {
    const { dialect, pool } = await dialectOf(location, use)
    const watch = new ActivityWatch()
    const db = new Kysely<Tables>({ dialect: watch.watched(dialect) })
    try {
      if (use.isRestored === true) await requireData(db)
      await (use.isLookedAt === true ? refuseOtherVersion(db, migrations) : migrate(db, migrations))
    } catch (error) {
      await db.destroy()
      throw error
    }
    return {
      db,
      activity: { store: location.kind, pool, listen: (listener) => watch.listen(listener) },
      close: () => db.destroy(),
    }
  } catch (error) {
    throw inWords(error, location, use)
  }
}

async function dialectOf(
  location: DatabaseLocation,
  use: DatabaseUse,
): Promise<{ readonly dialect: Dialect; pool(): PoolState | undefined }> {
  if (location.kind === 'sqlite') return { dialect: openFile(location.directory, use), pool: () => undefined }
  // Loaded by those who use it: the embedded database is the default.
  const { postgresDialect } = await import('./postgres.ts')
  return postgresDialect(location.url)
}

/** Before the tables are made: those that are made here would stand in the way of the ones to be restored. */
async function requireData(db: Kysely<Tables>): Promise<void> {
  const isThere = (await db.introspection.getTables()).some(({ name }) => name === 'data_key')
  const row = isThere ? await db.selectFrom('data_key').select('number').executeTakeFirst() : undefined
  if (row === undefined) throw new StartError('this database is empty: put the data in place first')
}

/** What an operator can mend, in a sentence without the URL, which may hold a password. */
function inWords(error: unknown, location: DatabaseLocation, use: DatabaseUse): unknown {
  if (error instanceof StartError) return error
  if (location.kind === 'sqlite') {
    const because = whyUnusable(error)
    if (use.isAlone === true && because === 'database is locked') {
      return new StartError(`${location.directory} is in use: stop what runs on it, and try again`)
    }
    return because === undefined
      ? error
      : new StartError(`the database ${databaseFile(location.directory)} cannot be used: ${because}`)
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (isStoreAway(error)) {
    return new StartError(
      `PostgreSQL cannot be reached${code === '' ? '' : ` (${code})`}; is --database right?`,
    )
  }
  if (/^(?:CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/.test(code)) {
    return new StartError(
      `PostgreSQL's certificate is not trusted (${code}); name its authority in --database: ` +
        '?sslmode=verify-full&sslrootcert=/path/of/the/authority.pem',
    )
  }
  // Class 28: the password or the permission to connect; 3D: no such database.
  if (/^(?:28|3D)/.test(code) && error instanceof Error) {
    return new StartError(`PostgreSQL refused the connection: ${error.message}`)
  }
  return error
}
