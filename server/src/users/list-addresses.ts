import type { Db, Tx } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import type { Address } from './address.ts'
import { markAddress, openAddress } from './sealed-address.ts'
import { listAddresses } from './user.store.ts'

/** @returns a user's addresses in clear, verified or not */
export async function listAddressesOf(
  db: Db | Tx,
  vault: Vault,
  userId: string,
): Promise<{ readonly address: Address; readonly isVerified: boolean }[]> {
  const stored = await listAddresses(db, userId)
  return stored.map((address) => ({
    address: { channel: address.channel, value: openAddress(vault, userId, address) },
    isVerified: address.verifiedAt !== null,
  }))
}

/**
 * @param except one that need not be among them, such as the one by which the user has just proved himself
 * @returns a user's verified addresses in clear
 */
export async function listVerifiedAddressesOf(
  db: Db | Tx,
  vault: Vault,
  userId: string,
  except?: Address,
): Promise<Address[]> {
  const stored = await listAddresses(db, userId)
  // By the index, so that the one that need not be among them is not opened for nothing.
  const exceptIndex = except && markAddress(vault, except).index
  return stored
    .filter(({ verifiedAt, index }) => verifiedAt !== null && index !== exceptIndex)
    .map((address) => ({ channel: address.channel, value: openAddress(vault, userId, address) }))
}
