import type { Db, Tx } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import type { Address } from './address.ts'
import { markAddress } from './sealed-address.ts'
import { findByVerifiedIndex, type User } from './user.store.ts'

/** Finds the one user who has verified this address. */
export function findByVerifiedAddress(
  db: Db | Tx,
  vault: Vault,
  address: Address,
): Promise<User | undefined> {
  return findByVerifiedIndex(db, markAddress(vault, address).index)
}
