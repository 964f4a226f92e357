import { endEveryTrustOf } from '../access/index.ts'
import { record } from '../audit/index.ts'
import { type NewNotice, queueNotice } from '../messages/index.ts'
import type { Tx } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { listVerifiedAddressesOf } from '../users/index.ts'
import { endOpenOfUser } from './sign-in.store.ts'

/** What can happen to the second factors of a user, as it is recorded. */
export type FactorChangeKind = 'factor_enrolled' | 'factor_removed' | 'recovery_codes_made'

const notices = {
  factor_enrolled: 'factor_added',
  factor_removed: 'factor_removed',
  recovery_codes_made: 'recovery_codes_made',
} as const

/** A change of somebody's second factors that has just been made. */
export interface FactorChange {
  readonly userId: string
  readonly kind: FactorChangeKind
  /** Who made it and from where, as it is recorded. */
  readonly by: {
    readonly clientId?: string
    readonly signInId?: string
    readonly sessionId?: string
    readonly ip?: string
    readonly because: string
  }
  readonly told: Pick<NewNotice, 'application' | 'language'>
  /** The sign-in in which he made it, which goes on. */
  readonly keptSignInId?: string
}

/**
 * What follows from another second factor, in its transaction: whoever is on his way in was asked for what is no
 * longer so and begins anew, every device is new again, and the user hears of it, at every address. Sessions go on.
 *
 * @param now milliseconds since the Unix epoch
 * @see docs/decisions/0022-second-factor.md
 */
export async function afterFactorChange(
  tx: Tx,
  vault: Vault,
  { userId, kind, by, told, keptSignInId }: FactorChange,
  now: number,
): Promise<void> {
  await endOpenOfUser(tx, userId, now, keptSignInId)
  await endEveryTrustOf(tx, userId)
  await record(tx, { kind, at: now, userId, ...by })
  const { application, language } = told
  const to = await listVerifiedAddressesOf(tx, vault, userId)
  await queueNotice(tx, vault, { to, kind: notices[kind], at: now, application, language })
}
