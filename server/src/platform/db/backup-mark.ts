import { closeSync, openSync, readSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { sql, SqliteAdapter } from 'kysely'
import { StartError } from '../start-error.ts'
import type { Tx } from './types.ts'

/**
 * `LIGB`, in the header of a file that is a backup. A database that has it is not served: what was valid when
 * it was made may have been ended since, so a restore has to come before.
 */
export const BACKUP_MARK = 0x4c494742

const MAGIC = 'SQLite format 3\0'
/** Where SQLite's header holds the number that an application gives its files. */
const MARK_AT = 68
const HEADER_BYTES = 100

/** @returns whether the header of this file says that it is a backup of ours, whole or damaged */
export function isBackup(file: string): boolean {
  const header = Buffer.alloc(HEADER_BYTES)
  try {
    const handle = openSync(file, 'r')
    try {
      readSync(handle, header, 0, HEADER_BYTES, 0)
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    // A folder opens and does not read.
    if (error instanceof Error && 'code' in error && error.code === 'EISDIR') return false
    throw error
  }
  return header.toString('latin1', 0, MAGIC.length) === MAGIC && header.readUInt32BE(MARK_AT) === BACKUP_MARK
}

/** @throws {StartError} when this database is a backup that nobody has restored */
export function refuseBackup(database: DatabaseSync, file: string): void {
  if (database.prepare('pragma application_id').get()?.['application_id'] !== BACKUP_MARK) return
  database.close()
  throw new StartError(
    `${file} is a backup that was copied here. Sessions and codes that have ended since would count again; ` +
      'run `ligature restore --in-place` on it first.',
  )
}

/** A restored database may be served. Part of the transaction like any other change. */
export async function clearBackupMark(tx: Tx): Promise<void> {
  if (tx.getExecutor().adapter instanceof SqliteAdapter) await sql`pragma application_id = 0`.execute(tx)
}
