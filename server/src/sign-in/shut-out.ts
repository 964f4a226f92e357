import { endEveryTrustOf } from '../access/index.ts'
import type { Tx } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type EndedBy, endSessionsOf } from '../sessions/index.ts'
import { type Address, markAddress } from '../users/index.ts'
import { endOpenCodesTo } from '../verifications/index.ts'
import { endOpenOfUser } from './sign-in.store.ts'

/** Who is shut out, and how it is recorded. */
export interface ShutOut {
  readonly userId: string
  /** Codes that are under way to these addresses are good for nothing from here on. */
  readonly addresses: readonly Address[]
  readonly by: EndedBy
  /** The session in which he asks for it, if that one goes on. */
  readonly keptSessionId?: string | undefined
}

/**
 * Shuts out whoever is in as a user, or on the way in: his sessions end, the sign-ins that wait for him, the devices
 * that he trusts, and the codes that are under way.
 *
 * @param now milliseconds since the Unix epoch
 */
export async function shutOut(
  tx: Tx,
  vault: Vault,
  { userId, addresses, by, keptSessionId }: ShutOut,
  now: number,
): Promise<void> {
  await endSessionsOf(tx, userId, by, now, keptSessionId)
  await endOpenOfUser(tx, userId, now)
  await endEveryTrustOf(tx, userId)
  for (const address of addresses) await endOpenCodesTo(tx, markAddress(vault, address).index, now)
}
