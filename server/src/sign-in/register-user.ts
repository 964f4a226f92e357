import { record } from '../audit/index.ts'
import type { Tx } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { addUser, type Address, markAddress, type Profile, type User } from '../users/index.ts'
import type { Caller } from './caller.ts'

/**
 * Makes a user of a person who came by himself.
 *
 * @param address the one that he has just proved, if any; that nobody has it was asked in this transaction
 * @param profile what he says of himself, in a call that asks for it
 */
export async function registerUser(
  tx: Tx,
  vault: Vault,
  caller: Caller,
  signInId: string,
  address?: Address,
  profile?: Profile,
): Promise<User> {
  const addresses = address === undefined ? [] : [{ address, isVerified: true }]
  const about = profile && { ...profile, attributes: profile }
  const user = await addUser(tx, vault, { ...about, addresses }, caller.now)
  await record(tx, {
    kind: 'user_registered',
    at: caller.now,
    clientId: caller.application.clientId,
    userId: user.id,
    signInId,
    ip: caller.ip,
    ...(address !== undefined && { address: markAddress(vault, address) }),
  })
  return user
}
