import { record } from '../audit/index.ts'
import { type NewNotice, queueNotice } from '../messages/index.ts'
import type { Tx } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type Address, listVerifiedAddressesOf } from '../users/index.ts'
import { shutOut } from './shut-out.ts'

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
  const verified = await listVerifiedAddressesOf(tx, vault, userId)
  const because = 'the password was changed'
  await shutOut(tx, vault, { userId, addresses: verified, by: { ...by, because }, keptSessionId }, now)
  await record(tx, { kind: 'password_changed', at: now, userId, ...by })
  const to = verified.filter(({ value }) => value !== provedBy?.value)
  await queueNotice(tx, vault, { to, kind: 'password_changed', at: now, ...told })
}
