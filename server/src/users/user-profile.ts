import type { Db, Tx } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import type { Channel } from './address.ts'
import { openAddress } from './sealed-address.ts'
import { listAddresses, type User } from './user.store.ts'

/** What an id_token tells of a user. */
export interface UserProfile {
  readonly userId: string
  readonly userName: string
  readonly name: string
  /** `+86-…`; empty when there is none. */
  readonly mobile: string
  readonly email: string
}

/** Reads what applications may know of a user. Only verified addresses are told. */
export async function loadProfile(db: Db | Tx, vault: Vault, user: User): Promise<UserProfile> {
  const addresses = await listAddresses(db, user.id)
  const valueOf = (channel: Channel): string => {
    const stored = addresses.find((address) => address.channel === channel && address.verifiedAt !== null)
    return stored === undefined ? '' : openAddress(vault, user.id, stored)
  }
  return {
    userId: user.id,
    userName: user.userName,
    name: user.name,
    mobile: valueOf('sms'),
    email: valueOf('email'),
  }
}
