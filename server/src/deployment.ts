import { existsSync, globSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { migrations } from '../migrations/index.ts'
import { masterKeySource, nextMasterKey } from './master-key-source.ts'
import { settleFact } from './platform/db/deployment.store.ts'
import * as processes from './platform/db/running-process.store.ts'
import {
  type DatabaseLocation,
  type DatabaseUse,
  type Db,
  openDatabase,
  type StoreActivity,
} from './platform/db/index.ts'
import { StoreAway } from './platform/db/store-away.ts'
import { StartError } from './platform/start-error.ts'
import { refuseUnfinishedCopy } from './platform/transfer/copy-progress.ts'
import { type MasterKeySource, type OpenedVault, openVault } from './platform/vault/open-vault.ts'
import type { NextMasterKey } from './platform/vault/change-master-key.ts'
import { registerProcess } from './platform/vault/running-processes.ts'

/** What a database is for. It is marked at its first start and stays so. */
export type Mode = 'development' | 'production'

/** The data of one deployment, opened. */
export interface Deployment {
  readonly db: Db
  readonly vault: OpenedVault
  /** What the database does, for the metrics. */
  readonly activity: StoreActivity
  /** Under which this process is on the list of those that have the data open. */
  readonly processId: string
  close(): Promise<void>
}

export interface DeploymentSettings {
  /** `postgres://…`; absent: the embedded database in the data directory. */
  readonly database?: string | undefined
  readonly dataDirectory: string
  /** Base64; absent: the key file of the data directory. */
  readonly masterKey: string | undefined
}

/**
 * Opens a deployment's data, and makes it at the first start.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {StartError} for a database of the other mode, of a newer version, or made under another key, and
 *   for one that cannot be used
 */
export async function openDeployment(
  settings: DeploymentSettings,
  mode: Mode,
  now: number,
): Promise<Deployment> {
  const { opened, marked } = await openMarked(settings, mode, now)
  if (marked === mode) return onTheList(opened, mode === 'production' ? 'start' : 'dev', now)

  await opened.close()
  const command = mode === 'production' ? '`start`' : '`dev`'
  throw new StartError(
    `the data in ${nameOf(settings)} is for ${marked}; ${command} does not run on it. ` +
      `Choose another ${settings.database === undefined ? 'directory with --data' : 'database with --database'}.`,
  )
}

/**
 * Opens a deployment's data of either mode, and makes it for production when there is none.
 *
 * @throws {StartError} as `openDeployment`
 */
export async function openOrMakeDeployment(settings: DeploymentSettings, now: number): Promise<Deployment> {
  const { opened } = await openMarked(settings, 'production', now)
  return onTheList(opened, 'a command', now)
}

async function openMarked(
  settings: DeploymentSettings,
  mode: Mode,
  now: number,
): Promise<{ readonly opened: OpenedData; readonly marked: string }> {
  const key = masterKeySource(settings)
  if (settings.database === undefined) {
    makeDirectory(settings.dataDirectory)
    refuseUnfinishedRestore(settings.dataDirectory)
  }
  const opened = await open(settings, key, now)
  return { opened, marked: await settleFact(opened.db, 'mode', mode) }
}

/** Whether there is data; of a PostgreSQL database only its opening tells, and it counts as there. */
export function isDeploymentThere({ database, dataDirectory }: DeploymentSettings): boolean {
  return database !== undefined || existsSync(join(dataDirectory, 'ligature.db'))
}

/**
 * Opens the data of a deployment that exists, of either mode, for a command beside a running server.
 *
 * @param use with `isLookedAt` tables of another version are refused instead of changed
 * @throws {StartError} when there is none
 */
export async function openExistingDeployment(
  settings: DeploymentSettings,
  now: number,
  use: DatabaseUse = {},
): Promise<Deployment> {
  requireData(settings)
  const { read, from } = masterKeySource(settings)
  return onTheList(await open(settings, { read, from }, now, use), 'a command', now)
}

/** @throws {StartError} when the data directory holds no database */
export function requireData(settings: DeploymentSettings): void {
  if (isDeploymentThere(settings)) return
  const { dataDirectory } = settings
  refuseUnfinishedRestore(dataDirectory)
  throw new StartError(
    `there is no database in ${dataDirectory}; name its directory with --data (that of \`dev\` is ./data-dev)`,
  )
}

/** In a data directory: where a restore works until it is done. */
export const RESTORE_WORK = 'restore.unfinished-'

/** A restore that was killed leaves no database; a start would make a new and empty one without a word. */
function refuseUnfinishedRestore(dataDirectory: string): void {
  if (existsSync(join(dataDirectory, 'ligature.db'))) return
  if (globSync(`${RESTORE_WORK}*`, { cwd: dataDirectory }).length === 0) return
  throw new StartError(`a restore into ${dataDirectory} is not finished: run \`ligature restore\` again`)
}

/**
 * Opens only the database of a deployment that exists, for a change of its master key.
 *
 * @param newMasterKey base64; absent where the key is a file: a new one is made
 */
export async function openForNewMasterKey(
  settings: DeploymentSettings,
  newMasterKey: string | undefined,
  now: number,
): Promise<{
  readonly db: Db
  readonly current: MasterKeySource
  readonly next: NextMasterKey
  close(): Promise<void>
}> {
  requireData(settings)
  const { db, close } = await openData(settings)
  return { db, current: masterKeySource(settings), next: nextMasterKey(settings, newMasterKey, now), close }
}

type OpenedData = Omit<Deployment, 'processId'>

async function open(
  settings: DeploymentSettings,
  key: MasterKeySource,
  now: number,
  use: DatabaseUse = {},
): Promise<OpenedData> {
  const { db, activity, close } = await openData(settings, use)
  try {
    await refuseUnfinishedCopy(db)
    return { db, vault: await openVault(db, key, now), activity, close }
  } catch (error) {
    await close()
    throw inWords(error, settings)
  }
}

async function openData(
  settings: DeploymentSettings,
  use: DatabaseUse = {},
): Promise<Omit<OpenedData, 'vault'>> {
  try {
    return await openDatabase(locationOf(settings), migrations, use)
  } catch (error) {
    throw inWords(error, settings)
  }
}

/** Whoever changes the master key has to know of this process; so it tells, and looks for the change after that. */
async function onTheList(opened: OpenedData, name: string, now: number): Promise<Deployment> {
  const { db, vault, activity } = opened
  try {
    const processId = await registerProcess(db, name, now)
    await vault.readAgain(now)
    return {
      db,
      vault,
      activity,
      processId,
      async close() {
        await processes.remove(db, [processId]).catch(() => undefined)
        await opened.close()
      },
    }
  } catch (error) {
    await opened.close()
    throw error instanceof StoreAway ? new StartError(`${error.message}; give this the new one`) : error
  }
}

/** Where the tables are. */
export function locationOf({ database, dataDirectory }: DeploymentSettings): DatabaseLocation {
  return database === undefined
    ? { kind: 'sqlite', directory: dataDirectory }
    : { kind: 'postgres', url: database }
}

/** For the operator; a database's URL may hold a password. */
function nameOf({ database, dataDirectory }: DeploymentSettings): string {
  return database === undefined ? dataDirectory : 'this PostgreSQL database'
}

/** @throws {StartError} when it cannot be made */
export function makeDirectory(dataDirectory: string): void {
  try {
    mkdirSync(dataDirectory, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw inWords(error, { dataDirectory, masterKey: undefined })
  }
}

/** What the system refuses (no permission, no space, not a directory) is for the operator to mend. */
export function inWords(error: unknown, { database, dataDirectory }: DeploymentSettings): unknown {
  if (database !== undefined || !(error instanceof Error) || !('syscall' in error)) return error
  return new StartError(`the data directory ${dataDirectory} cannot be used: ${error.message}`)
}
