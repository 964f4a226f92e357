import { takeTurns, type Tx } from '../platform/db/index.ts'
import { objectId } from '../platform/object-id.ts'
import { randomBase32 } from '../platform/secrets.ts'
import type { Vault } from '../platform/vault/vault.ts'
import type { Address } from './address.ts'
import { saveAttributes, type UserAttributes } from './attributes.ts'
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
 * Creates a user with his addresses.
 *
 * A conflict leaves the transaction to be rolled back by the caller.
 *
 * @returns the user, or the conflict
 */
export async function createUser(
  tx: Tx,
  vault: Vault,
  newUser: NewUser,
  now: number,
): Promise<store.User | CreateUserConflict> {
  const user: store.User = {
    id: objectId(now),
    userName: newUser.userName ?? `u_${randomBase32(12)}`,
    name: newUser.name ?? '',
    isDisabled: false,
    closesAt: undefined,
    createdAt: now,
  }
  await takeTurns(tx, turnsOfUser(vault, newUser))
  if (!(await store.insert(tx, user))) return 'user name taken'
  for (const { address, isVerified } of newUser.addresses) {
    const stored = sealAddress(vault, user.id, address, isVerified ? now : null)
    if (!(await store.insertAddress(tx, user.id, stored))) return 'address verified by another user'
  }
  if (newUser.attributes !== undefined) await saveAttributes(tx, vault, user.id, newUser.attributes)
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
