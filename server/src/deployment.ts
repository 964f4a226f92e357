import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { migrations } from '../migrations/index.ts'
import { settleFact } from './platform/db/deployment.store.ts'
import { type Db, openDatabase } from './platform/db/index.ts'
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
  close(): Promise<void>
}

export interface DeploymentSettings {
  readonly dataDirectory: string
  /** Base64; absent: the key file of the data directory. */
  readonly masterKey: string | undefined
}

/**
 * Opens a deployment's data, and makes it at the first start.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {StartError} for a database of the other mode, of a newer version, or made under another key
 */
export async function openDeployment(
  settings: DeploymentSettings,
  mode: Mode,
  now: number,
): Promise<Deployment> {
  mkdirSync(settings.dataDirectory, { recursive: true, mode: 0o700 })
  const { db, close } = await openDatabase(settings.dataDirectory, migrations)
  try {
    const vault = await openVault(db, masterKeySource(settings), now)
    const marked = await settleFact(db, 'mode', mode)
    if (marked !== mode) {
      throw new StartError(
        `the data in ${settings.dataDirectory} is for ${marked}; ` +
          `${mode === 'production' ? '`start`' : '`dev`'} does not run on it. Choose another directory with --data.`,
      )
    }
    return { db, vault, close }
  } catch (error) {
    await close()
    throw error
  }
}

/**
 * Opens the data of a deployment that exists, of either mode, for a command beside a running server.
 *
 * @throws {StartError} when there is none
 */
export async function openExistingDeployment(settings: DeploymentSettings, now: number): Promise<Deployment> {
  if (!existsSync(join(settings.dataDirectory, 'ligature.db'))) {
    throw new StartError(
      `there is no database in ${settings.dataDirectory}; name its directory with --data (that of \`dev\` is ./data-dev)`,
    )
  }
  const { db, close } = await openDatabase(settings.dataDirectory, migrations)
  try {
    const { read, from } = masterKeySource(settings)
    return { db, vault: await openVault(db, { read, from }, now), close }
  } catch (error) {
    await close()
    throw error
  }
}

function masterKeySource({ dataDirectory, masterKey }: DeploymentSettings): MasterKeySource {
  if (masterKey !== undefined) {
    return { from: 'LIGATURE_MASTER_KEY', read: () => parseMasterKey(masterKey, 'LIGATURE_MASTER_KEY') }
  }
  const file = join(dataDirectory, 'master.key')
  return { from: file, read: () => readMasterKeyFile(file), create: () => createMasterKeyFile(file) }
}
