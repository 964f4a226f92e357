import type { Db } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { listOfKind, sealContext } from './connection.store.ts'
import type { EmulatedMiniProgram } from './emulator/mini-program.ts'

/** The mini programs of all connections as WeChat knows them, for an emulator that stands in for it. */
export async function listMiniPrograms(db: Db, vault: Vault): Promise<EmulatedMiniProgram[]> {
  const connections = await listOfKind(db, 'wechat-mini-program')
  return connections.map(({ id, appId, appSecretSealed, openPlatform }) => ({
    appId,
    appSecret: vault.open(sealContext(id), appSecretSealed),
    openPlatform,
  }))
}
