import { join } from 'node:path'
import type { DeploymentSettings } from './deployment.ts'
import type { NextMasterKey } from './platform/vault/change-master-key.ts'
import {
  createMasterKeyFile,
  installMasterKeyFile,
  parseMasterKey,
  readMasterKeyFile,
} from './platform/vault/master-key.ts'
import type { MasterKeySource } from './platform/vault/open-vault.ts'

/** Where the master key of this deployment comes from; in a directory it can be made. */
export function masterKeySource({ database, dataDirectory, masterKey }: DeploymentSettings): MasterKeySource {
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

/**
 * Where the key comes from that takes over, and where it goes.
 *
 * @param newMasterKey base64; absent where the key is a file: a new one is made
 */
export function nextMasterKey(
  settings: DeploymentSettings,
  newMasterKey: string | undefined,
  now: number,
): NextMasterKey {
  const { database, dataDirectory, masterKey } = settings
  const from = 'LIGATURE_NEW_MASTER_KEY'
  const given = newMasterKey === undefined ? undefined : parseMasterKey(newMasterKey, from)
  if (masterKey !== undefined || database !== undefined) {
    return {
      from,
      read: () => given,
      install: () => `set LIGATURE_MASTER_KEY to the new key, and unset ${from}, before the next start`,
    }
  }
  const file = join(dataDirectory, 'master.key')
  const nextFile = join(dataDirectory, 'master.key.next')
  return {
    from: `${nextFile} or ${from}`,
    // What a run that was cut off put in its place already is there.
    read: (isUnderWay) =>
      given ?? readMasterKeyFile(nextFile) ?? (isUnderWay ? readMasterKeyFile(file) : undefined),
    create: () => createMasterKeyFile(nextFile),
    install: () => installMasterKeyFile(dataDirectory, given, now),
  }
}
