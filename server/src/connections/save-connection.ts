import type { Db, Tx } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type Connection, list, save, sealContext } from './connection.store.ts'

/** A connection as an operator describes it, with its secret in clear. */
export type ConnectionDescription = Omit<Connection, 'appSecretSealed'> & {
  readonly appSecret: string
  /** The applications that it is switched on for. */
  readonly clientIds: readonly string[]
}

/** Writes a connection as described; its secret is sealed on the way. */
export async function saveConnection(
  db: Db | Tx,
  vault: Vault,
  description: ConnectionDescription,
  now: number,
): Promise<void> {
  const { appSecret, clientIds, ...connection } = description
  const appSecretSealed = vault.seal(sealContext(connection.id), appSecret)
  await save(db, { ...connection, appSecretSealed }, clientIds, now)
}

/** @returns every connection with its secret, disabled ones included */
export async function listConnections(
  db: Db | Tx,
  vault: Vault,
): Promise<readonly (ConnectionDescription & { readonly isDisabled: boolean })[]> {
  return (await list(db)).map(({ appSecretSealed, ...connection }) => ({
    ...connection,
    appSecret: vault.open(sealContext(connection.id), appSecretSealed),
  }))
}
