import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { migrations } from '../migrations/index.ts'
import { settleFact } from './platform/db/deployment.store.ts'
import { type DatabaseLocation, type Db, openDatabase, type StoreActivity } from './platform/db/index.ts'
import { StartError } from './platform/start-error.ts'
import { createMasterKeyFile, parseMasterKey, readMasterKeyFile } from './platform/vault/master-key.ts'
import { type MasterKeySource, openVault } from './platform/vault/open-vault.ts'
import type { Vault } from './platform/vault/vault.ts'

/** What a database is for. It is marked at its first start and stays so. */
export type Mode = 'development' | 'production'

/** The data of one deployment, opened. */
export interface Deployment {
  readonly db: Db
  readonly vault: Vault
  /** What the database does, for the metrics. */
  readonly activity: StoreActivity
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
  const { deployment, marked } = await openMarked(settings, mode, now)
  if (marked === mode) return deployment

  await deployment.close()
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
  return (await openMarked(settings, 'production', now)).deployment
}

async function openMarked(
  settings: DeploymentSettings,
  mode: Mode,
  now: number,
): Promise<{ readonly deployment: Deployment; readonly marked: string }> {
  const key = masterKeySource(settings)
  if (settings.database === undefined) makeDirectory(settings.dataDirectory)
  const deployment = await open(settings, key, now)
  return { deployment, marked: await settleFact(deployment.db, 'mode', mode) }
}

/** Whether there is data; of a PostgreSQL database only its opening tells, and it counts as there. */
export function isDeploymentThere({ database, dataDirectory }: DeploymentSettings): boolean {
  return database !== undefined || existsSync(join(dataDirectory, 'ligature.db'))
}

/**
 * Opens the data of a deployment that exists, of either mode, for a command beside a running server.
 *
 * @throws {StartError} when there is none
 */
export async function openExistingDeployment(settings: DeploymentSettings, now: number): Promise<Deployment> {
  if (!isDeploymentThere(settings)) {
    throw new StartError(
      `there is no database in ${settings.dataDirectory}; name its directory with --data (that of \`dev\` is ./data-dev)`,
    )
  }
  const { read, from } = masterKeySource(settings)
  return open(settings, { read, from }, now)
}

async function open(settings: DeploymentSettings, key: MasterKeySource, now: number): Promise<Deployment> {
  try {
    const { db, activity, close } = await openDatabase(locationOf(settings), migrations)
    try {
      return { db, vault: await openVault(db, key, now), activity, close }
    } catch (error) {
      await close()
      throw error
    }
  } catch (error) {
    throw inWords(error, settings)
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

function makeDirectory(dataDirectory: string): void {
  try {
    mkdirSync(dataDirectory, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw inWords(error, { dataDirectory, masterKey: undefined })
  }
}

/** What the system refuses (no permission, no space, not a directory) is for the operator to mend. */
function inWords(error: unknown, { database, dataDirectory }: DeploymentSettings): unknown {
  if (database !== undefined || !(error instanceof Error) || !('syscall' in error)) return error
  return new StartError(`the data directory ${dataDirectory} cannot be used: ${error.message}`)
}

function masterKeySource({ database, dataDirectory, masterKey }: DeploymentSettings): MasterKeySource {
  if (masterKey !== undefined) {
    const key = parseMasterKey(masterKey, 'LIGATURE_MASTER_KEY')
    return { from: 'LIGATURE_MASTER_KEY', read: () => key }
  }
  // Instances that share a database share no disk, so the key comes from where all of them can have it.
  if (database !== undefined) return { from: 'LIGATURE_MASTER_KEY', read: () => undefined }
  const file = join(dataDirectory, 'master.key')
  return {
    from: `${file} (LIGATURE_MASTER_KEY is not set)`,
    read: () => readMasterKeyFile(file),
    create: () => createMasterKeyFile(file),
  }
}
