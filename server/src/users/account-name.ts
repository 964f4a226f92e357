import type { Db, Tx } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { listVerifiedAddressesOf } from './list-addresses.ts'
import { maskAddress } from './parse-address.ts'
import type { User } from './user.store.ts'

/** What a user knows his account by where others may look over his shoulder: his number, masked, if he has one. */
export async function accountNameOf(db: Db | Tx, vault: Vault, user: User): Promise<string> {
  const addresses = await listVerifiedAddressesOf(db, vault, user.id)
  const shown = addresses.find(({ channel }) => channel === 'sms') ?? addresses[0]
  return shown === undefined ? user.userName : maskAddress(shown)
}
