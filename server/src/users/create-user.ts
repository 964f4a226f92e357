import { takeTurns, type Tx } from '../platform/db/index.ts'
import { objectId } from '../platform/object-id.ts'
import { randomBase32 } from '../platform/secrets.ts'
import type { Vault } from '../platform/vault/vault.ts'
import type { Address } from './address.ts'
import { saveAttributes, type UserAttributes } from './attributes.ts'
import { findByVerifiedAddress } from './find-user.ts'
import { markAddress, sealAddress } from './sealed-address.ts'
import * as store from './user.store.ts'

export interface NewUser {
  /** Absent: `u_` and twelve random characters. */
  readonly userName?: string
  readonly name?: string
  readonly attributes?: UserAttributes
  readonly addresses: readonly { readonly address: Address; readonly isVerified: boolean }[]
}

/** Why a user could not come to be. */
export type CreateUserConflict = 'user name taken' | 'address verified by another user'

/**
 * Creates a user with his addresses, unless somebody has the name or one of the addresses.
 *
 * @returns the user, or the conflict; then nothing was written
 */
export async function createUser(
  tx: Tx,
  vault: Vault,
  newUser: NewUser,
  now: number,
): Promise<store.User | CreateUserConflict> {
  await takeTurns(tx, turnsOfUser(vault, newUser))
  const { userName, addresses } = newUser
  if (userName !== undefined && (await store.findByName(tx, userName)) !== undefined) return 'user name taken'
  for (const { address, isVerified } of addresses) {
    const holder = isVerified && (await findByVerifiedAddress(tx, vault, address))
    if (holder) return 'address verified by another user'
  }
  return addUser(tx, vault, newUser, now)
}

/**
 * The same for whoever has asked in this transaction whether somebody has the name or the addresses. Where somebody is
 * faster all the same, a unique index says no, and the transaction is run again.
 */
export async function addUser(
  tx: Tx,
  vault: Vault,
  { userName, name = '', attributes, addresses }: NewUser,
  now: number,
): Promise<store.User> {
  const user: store.User = {
    id: objectId(now),
    userName: userName ?? `u_${randomBase32(12)}`,
    name,
    isDisabled: false,
    closesAt: undefined,
    createdAt: now,
  }
  await store.insert(tx, user)
  for (const { address, isVerified } of addresses) {
    await store.insertAddress(tx, user.id, sealAddress(vault, user.id, address, isVerified ? now : null))
  }
  if (attributes !== undefined) await saveAttributes(tx, vault, user.id, attributes)
  return user
}

/**
 * What only one user can have, for `takeTurns`: whoever takes or changes it does so one after the other.
 *
 * @returns names of the user name and the verified addresses
 */
export function turnsOfUser(vault: Vault, of: Pick<NewUser, 'userName' | 'addresses'>): string[] {
  const verified = of.addresses.filter(({ isVerified }) => isVerified)
  return [
    ...verified.map(({ address }) => `address ${markAddress(vault, address).index}`),
    ...(of.userName === undefined ? [] : [`user name ${of.userName.toLowerCase()}`]),
  ]
}
