import { chmodSync, copyFileSync, existsSync, linkSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { migrations } from '../migrations/index.ts'
import { record } from './audit/index.ts'
import {
  type DeploymentSettings,
  inWords,
  locationOf,
  makeDirectory,
  requireData,
  RESTORE_WORK,
} from './deployment.ts'
import { masterKeySource } from './master-key-source.ts'
import { readBackup } from './platform/db/backup-file.ts'
import { isBackup } from './platform/db/backup-mark.ts'
import { type DatabaseLocation, inTransaction, openDatabase } from './platform/db/index.ts'
import { flush } from './platform/flush.ts'
import { StartError } from './platform/start-error.ts'
import { beginEpoch, type Ended } from './platform/transfer/begin-epoch.ts'
import { refuseUnfinishedCopy } from './platform/transfer/copy-progress.ts'
import { type MasterKeySource, openVault } from './platform/vault/open-vault.ts'
import { tableFates } from './table-fates.ts'

/** What a restore came to. */
export interface Restored {
  /** When the backup was made, in milliseconds since the Unix epoch; unknown for a restore in place. */
  readonly takenAt: number | undefined
  readonly ended: readonly Ended[]
}

const FILE = 'ligature.db'
const KEY_FILE = 'master.key'

/**
 * Puts a backup in place in a directory that holds nothing but the master key, if that. All of it happens in a
 * folder within; the database appears in the directory when it may be served, and never over another one. A
 * restore that was killed is begun again.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {StartError} when the directory is not empty, the file is not a backup of ours, damaged or of a newer
 *   version, or the master key is not the one it was made under
 */
export async function restoreBackup(
  settings: DeploymentSettings,
  file: string,
  now: number,
): Promise<Restored> {
  const { dataDirectory } = settings
  try {
    requireBackup(file)
    if (existsSync(dataDirectory)) refuseData(dataDirectory)
    const key = keyOf(settings)
    makeDirectory(dataDirectory)
    const work = mkdtempSync(join(dataDirectory, RESTORE_WORK))
    try {
      const copy = join(work, FILE)
      copyFileSync(file, copy)
      chmodSync(copy, 0o600)
      const { takenAt } = readBackup(copy, file)
      const ended = await makeCurrent({ kind: 'sqlite', directory: work }, key, now)
      putInPlace(copy, dataDirectory)
      return { takenAt, ended }
    } finally {
      rmSync(work, { recursive: true, force: true })
    }
  } catch (error) {
    throw inWords(error, settings)
  }
}

/**
 * Makes data current that were put in place by other means: by `pg_restore`, or with a disk. No instance may
 * run on them; of PostgreSQL that cannot be seen, and one that was left running is not ready any more.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {StartError} when there are none, they are in use, or the master key is not theirs
 */
export async function restoreInPlace(settings: DeploymentSettings, now: number): Promise<Restored> {
  requireData(settings)
  try {
    return { takenAt: undefined, ended: await makeCurrent(locationOf(settings), keyOf(settings), now) }
  } catch (error) {
    throw inWords(error, settings)
  }
}

/** The master key must be there: one that is made now opens nothing. */
function keyOf(settings: DeploymentSettings): MasterKeySource {
  const { read, from } = masterKeySource(settings)
  if (read() !== undefined) return { read, from }
  throw new StartError(
    `the master key is missing: ${from} does not hold it. Put the key of the backup there first; ` +
      'nothing in the backup can be read without it.',
  )
}

function requireBackup(file: string): void {
  if (!existsSync(file)) throw new StartError(`there is no file ${file}`)
  if (!isBackup(file)) throw new StartError(`${file} is not a backup made by \`ligature backup\``)
}

function refuseData(dataDirectory: string): void {
  const others = readdirSync(dataDirectory).filter(
    (name) => name !== KEY_FILE && !name.startsWith(RESTORE_WORK),
  )
  if (others.length === 0) return
  throw new StartError(
    `${dataDirectory} is not empty (it holds ${others.slice(0, 3).join(', ')}). A restore writes over nothing; ` +
      'name another directory with --data.',
  )
}

/** Brings the tables up to date, opens the vault, and ends what was valid once: in one transaction. */
async function makeCurrent(
  location: DatabaseLocation,
  key: MasterKeySource,
  now: number,
): Promise<readonly Ended[]> {
  const use = { isRestored: true, isAlone: true }
  const { db, close } = await openDatabase(location, migrations, use)
  try {
    await refuseUnfinishedCopy(db)
    await openVault(db, key, now)
    return await inTransaction(db, async (tx) => {
      const ended = await beginEpoch(tx, tableFates, now)
      const because = ended.map(({ table, rows }) => `${table} ${rows}`).join(', ')
      await record(tx, { kind: 'restored', at: now, because: `ended: ${because}` })
      return ended
    })
  } finally {
    await close()
  }
}

/** Never over another database, not even of a restore at the same time: a link, unlike a rename, replaces nothing. */
function putInPlace(copy: string, dataDirectory: string): void {
  flush(copy)
  linkSync(copy, join(dataDirectory, FILE))
  flush(dataDirectory)
  for (const name of readdirSync(dataDirectory).filter((each) => each.startsWith(RESTORE_WORK))) {
    rmSync(join(dataDirectory, name), { recursive: true, force: true })
  }
}
