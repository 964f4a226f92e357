import { record } from '../audit/index.ts'
import { type NewNotice, queueNotice } from '../messages/index.ts'
import type { Tx } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { endSessionsOf } from '../sessions/index.ts'
import { type Address, listAddressesOf, markAddress } from '../users/index.ts'
import { endOpenCodesTo } from '../verifications/index.ts'
import { endOpenOfUser } from './sign-in.store.ts'

/** A change of a password that has just been made. */
export interface PasswordChange {
  readonly userId: string
  /** Who made it and from where, as it is recorded. */
  readonly by: {
    readonly clientId: string
    readonly signInId?: string
    readonly sessionId?: string
    readonly ip: string
    readonly because: string
  }
  readonly told: Pick<NewNotice, 'application' | 'language'>
  /** The address by which its user has just proved himself; the others are told. */
  readonly provedBy: Address | undefined
  /** The session in which he made it, which goes on. */
  readonly keptSessionId?: string
}

/**
 * What follows from a new password, in its transaction: whoever came in before, or is on his way in, is out, and the
 * user hears of it.
 *
 * @param now milliseconds since the Unix epoch
 */
export async function afterPasswordChange(
  tx: Tx,
  vault: Vault,
  change: PasswordChange,
  now: number,
): Promise<void> {
  const { userId, by, told, provedBy, keptSessionId } = change
  const ended = await endSessionsOf(tx, userId, now, keptSessionId)
  await endOpenOfUser(tx, userId, now)
  const addresses = await listAddressesOf(tx, vault, userId)
  for (const { address, isVerified } of addresses) {
    if (isVerified) await endOpenCodesTo(tx, markAddress(vault, address).index, now)
  }
  for (const sessionId of ended) {
    const because = 'the password was changed'
    await record(tx, {
      kind: 'session_ended',
      at: now,
      userId,
      sessionId,
      clientId: by.clientId,
      ip: by.ip,
      because,
    })
  }
  await record(tx, { kind: 'password_changed', at: now, userId, ...by })
  const to = addresses
    .filter(({ address, isVerified }) => isVerified && address.value !== provedBy?.value)
    .map(({ address }) => address)
  await queueNotice(tx, vault, { to, kind: 'password_changed', at: now, ...told })
}
