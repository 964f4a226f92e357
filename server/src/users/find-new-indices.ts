import type { Db } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { markAddress, openAddress } from './sealed-address.ts'
import { listByIndices } from './user.store.ts'

/**
 * Computes what blind indices are under another master key. That takes the address itself, so an index that no
 * user's address has is left out.
 */
export async function findNewIndices(
  db: Db,
  vault: Vault,
  newVault: Vault,
  indices: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (indices.length === 0) return new Map()
  const stored = await listByIndices(db, indices)
  return new Map(
    stored.map(({ userId, ...address }) => {
      const value = openAddress(vault, userId, address)
      return [address.index, markAddress(newVault, { channel: address.channel, value }).index] as const
    }),
  )
}
