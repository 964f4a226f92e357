import { takeTurns, type Tx } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import type { Address } from './address.ts'
import { replaceAddress } from './address.store.ts'
import { turnsOfUser } from './create-user.ts'
import { findByVerifiedAddress } from './find-user.ts'
import { sealAddress } from './sealed-address.ts'

/**
 * Gives a user an address that he has just proved, in the place of the one of its channel.
 *
 * @returns `taken` when another user has verified it
 */
export async function changeAddress(
  tx: Tx,
  vault: Vault,
  userId: string,
  address: Address,
  now: number,
): Promise<'changed' | 'taken'> {
  await takeTurns(tx, turnsOfUser(vault, { addresses: [{ address, isVerified: true }] }))
  const owner = await findByVerifiedAddress(tx, vault, address)
  if (owner !== undefined && owner.id !== userId) return 'taken'
  await replaceAddress(tx, userId, sealAddress(vault, userId, address, now))
  return 'changed'
}
