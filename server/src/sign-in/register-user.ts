import { record } from '../audit/index.ts'
import { takeTurns, type Tx } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import {
  type Address,
  createUser,
  findByVerifiedAddress,
  markAddress,
  type Profile,
  type User,
} from '../users/index.ts'
import type { Caller } from './caller.ts'

/**
 * Makes a user of a person who came by himself.
 *
 * @param address the one that he has just proved, if any; whoever became its user meanwhile is he
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
  const mark = address && markAddress(vault, address)
  if (address !== undefined && mark !== undefined) {
    await takeTurns(tx, [`address ${mark.index}`])
    const meanwhile = await findByVerifiedAddress(tx, vault, address)
    if (meanwhile !== undefined) return meanwhile
  }
  const addresses = address === undefined ? [] : [{ address, isVerified: true }]
  const about = profile && { ...profile, attributes: profile }
  const user = await createUser(tx, vault, { ...about, addresses }, caller.now)
  if (typeof user === 'string') throw new Error(`a user could not be registered: ${user}`)
  await record(tx, {
    kind: 'user_registered',
    at: caller.now,
    clientId: caller.application.clientId,
    userId: user.id,
    signInId,
    ip: caller.ip,
    ...(mark !== undefined && { address: mark }),
  })
  return user
}
