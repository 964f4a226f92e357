import { chmodSync, closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import {
  type Driver,
  SqliteAdapter,
  SqliteDialect,
  type SqliteDatabase,
  type SqliteDialectConfig,
} from 'kysely'
import { refuseBackup } from './backup-mark.ts'
import { SharedCommitDriver } from './sqlite-driver.ts'

const MAX_KEPT_STATEMENTS = 400
/** Pages that requests come back to, beside those that a shared transaction has changed and not yet written. */
export const WRITER_CACHE_KB = 32 * 1024
/** A shared transaction changes about a thousand pages; moving them into the file after each would write twice. */
export const PAGES_IN_LOG = 8000

/** What a database is opened for, where it is not to serve from it. */
export interface DatabaseUse {
  /** To restore it: its data must be there, and may be those of a backup. */
  readonly isRestored?: boolean
  /** To look at it: tables of another version are refused, and not changed. */
  readonly isLookedAt?: boolean
  /** Nobody else may have it open; SQLite only. */
  readonly isAlone?: boolean
}

/**
 * Kysely's dialect over Node's own SQLite.
 *
 * `synchronous=FULL` flushes the write-ahead log at each commit: what was acknowledged survives a power
 * cut. A transaction takes the write lock at its start (`begin immediate`), because one that reads first
 * and locks later fails when another process wrote in between.
 *
 * @param directory where the database file is, or is made, readable by its owner only
 * @throws {StartError} for a backup that nobody has restored, unless this is to restore it
 */
export function openFile(directory: string, use: DatabaseUse = {}): SqliteDialect {
  const file = databaseFile(directory)
  // SQLite gives its own files beside this one the same mode, from their first byte on.
  closeSync(openSync(file, 'a', 0o600))
  chmodSync(file, 0o600)
  const database = new DatabaseSync(file)
  // First, because the others wait for a process that recovers the log of a killed one.
  database.exec('pragma busy_timeout = 5000')
  if (use.isRestored !== true) refuseBackup(database, file)
  if (use.isAlone === true) database.exec('pragma locking_mode = exclusive')
  database.exec('pragma journal_mode = wal')
  database.exec('pragma synchronous = full')
  database.exec('pragma foreign_keys = on')
  // To take back one request of a shared transaction SQLite keeps what the pages were: in memory, not in a file.
  database.exec('pragma temp_store = memory')
  database.exec(`pragma cache_size = -${WRITER_CACHE_KB}`)
  database.exec(`pragma wal_autocheckpoint = ${PAGES_IN_LOG}`)
  // Takes the lock, which then stays: it fails while anybody else has the file open, busy or not.
  if (use.isAlone === true) database.exec('begin immediate; commit')
  const writer = withKeptStatements(database)
  return new Dialect(
    { database: writer },
    // Nobody else may have it open, not even ourselves.
    () =>
      new SharedCommitDriver(
        file,
        writer,
        use.isAlone === true ? writer : openReader(file),
        () => database.isTransaction,
      ),
  )
}

/** Sees what is committed, whatever the writer is doing. */
function openReader(file: string): SqliteDatabase {
  const reader = new DatabaseSync(file)
  reader.exec('pragma busy_timeout = 5000')
  reader.exec('pragma query_only = on')
  return withKeptStatements(reader)
}

class Dialect extends SqliteDialect {
  readonly #openDriver: () => Driver

  constructor(config: SqliteDialectConfig, openDriver: () => Driver) {
    super(config)
    this.#openDriver = openDriver
  }

  override createDriver(): Driver {
    return this.#openDriver()
  }

  override createAdapter(): SqliteAdapter {
    return new Adapter()
  }
}

/**
 * SQLite takes back a change of tables like any other, though Kysely's own adapter denies it. So all
 * pending migrations are one transaction: a start that is killed leaves none half made, and of two
 * processes that start at once one makes them.
 */
class Adapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }

  /** Who waits for whom is the driver's own business. */
  override get supportsMultipleConnections(): boolean {
    return true
  }
}

/** Compiling a statement costs more than running it, so each text is compiled once. */
function withKeptStatements(database: DatabaseSync): SqliteDatabase {
  const kept = new Map<string, ReturnType<typeof statementOf>>()
  return {
    prepare(sql) {
      const known = kept.get(sql)
      if (known !== undefined) return known
      const statement = statementOf(database.prepare(sql))
      if (kept.size < MAX_KEPT_STATEMENTS) kept.set(sql, statement)
      return statement
    },
    close: () => {
      kept.clear()
      database.close()
    },
  }
}

function statementOf(statement: StatementSync) {
  return {
    reader: statement.columns().length > 0,
    all: (parameters: readonly unknown[]) => statement.all(...values(parameters)),
    run: (parameters: readonly unknown[]) => statement.run(...values(parameters)),
    iterate: (parameters: readonly unknown[]) => statement.iterate(...values(parameters)),
  }
}

function values(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters.map((value) => {
    if (value === null || typeof value === 'string' || typeof value === 'number') return value
    throw new TypeError(`not a value that both databases store alike: ${typeof value}`)
  })
}

export function databaseFile(directory: string): string {
  return join(directory, 'ligature.db')
}

/** Busy, read-only, input or output failed, corrupt, full, cannot be opened, not a database. */
const FAULTS_OF_THE_FILE = [5, 8, 10, 11, 13, 14, 26]

/** @returns what SQLite says is wrong with the file; `undefined` for whatever is not the file's fault */
export function whyUnusable(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  // The low byte is the primary code; the rest says more than an operator needs.
  return FAULTS_OF_THE_FILE.includes(Number(error.errcode) & 0xff) ? error.message : undefined
}
