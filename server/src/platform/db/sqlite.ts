import { chmodSync, closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { SqliteAdapter, SqliteDialect, type SqliteDatabase } from 'kysely'
import { refuseBackup } from './backup-mark.ts'

const MAX_KEPT_STATEMENTS = 400

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
  // Takes the lock, which then stays: it fails while anybody else has the file open, busy or not.
  if (use.isAlone === true) database.exec('begin immediate; commit')
  return new Dialect({ database: withKeptStatements(database) })
}

class Dialect extends SqliteDialect {
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
}

/** Compiling a statement costs more than running it, so each text is compiled once. */
function withKeptStatements(database: DatabaseSync): SqliteDatabase {
  const kept = new Map<string, ReturnType<typeof statementOf>>()
  return {
    prepare(sql) {
      const text = sql === 'begin' ? 'begin immediate' : sql
      const known = kept.get(text)
      if (known !== undefined) return known
      const statement = text === 'rollback' ? rollbackOf(database) : statementOf(database.prepare(text))
      if (kept.size < MAX_KEPT_STATEMENTS) kept.set(text, statement)
      return statement
    },
    close: () => {
      kept.clear()
      database.close()
    },
  }
}

/**
 * On a full disk, and on other faults of the file, SQLite has ended the transaction already. A rollback that
 * then failed would hide why.
 */
function rollbackOf(database: DatabaseSync): ReturnType<typeof statementOf> {
  const rollback = statementOf(database.prepare('rollback'))
  const nothing = { changes: 0, lastInsertRowid: 0 }
  return { ...rollback, run: (parameters) => (database.isTransaction ? rollback.run(parameters) : nothing) }
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
