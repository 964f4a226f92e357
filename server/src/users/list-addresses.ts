import type { Db } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import type { Address } from './address.ts'
import { openAddress } from './sealed-address.ts'
import { listAddresses } from './user.store.ts'

/** @returns a user's addresses in clear, verified or not */
export async function listAddressesOf(
  db: Db,
  vault: Vault,
  userId: string,
): Promise<{ readonly address: Address; readonly isVerified: boolean }[]> {
  const stored = await listAddresses(db, userId)
  return stored.map((address) => ({
    address: { channel: address.channel, value: openAddress(vault, userId, address) },
    isVerified: address.verifiedAt !== null,
  }))
}
