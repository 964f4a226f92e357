import { countRecoveryCodes, hasPasskey, hasTotp } from '../credentials/index.ts'
import { channelsOf, type Gateways } from '../messages/index.ts'
import type { Db } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type Address, listVerifiedAddressesOf } from '../users/index.ts'
import type { FactorStep } from './steps.ts'
import type { WaitsForSecondFactor } from './waits.ts'

export interface UsableFactorsDeps {
  readonly db: Db
  readonly vault: Vault
  readonly gateways: Gateways
}

/** What can come next in a sign-in that waits for a second factor. */
export interface UsableFactors {
  readonly steps: readonly FactorStep[]
  /** Where codes can go that count as one. */
  readonly addresses: readonly Address[]
}

/**
 * What a user can show as a second factor. Whoever has enrolled one is asked for nothing less, so that a stolen phone
 * number opens no account that has more than a phone number.
 *
 * @see docs/decisions/0022-second-factor.md
 */
export async function usableFactorsOf(
  { db, vault, gateways }: UsableFactorsDeps,
  { userId, provedChannel }: WaitsForSecondFactor,
): Promise<UsableFactors> {
  const enrolled: FactorStep[] = []
  if (await hasPasskey(db, userId)) enrolled.push('passkey')
  if (await hasTotp(db, userId)) enrolled.push('totp')
  if (enrolled.length > 0) {
    const hasCodes = (await countRecoveryCodes(db, userId)) > 0
    return { steps: hasCodes ? [...enrolled, 'recovery code'] : enrolled, addresses: [] }
  }

  const channels = await channelsOf(gateways)
  const own = await listVerifiedAddressesOf(db, vault, userId)
  const addresses = channels
    .filter((channel) => channel !== provedChannel)
    .flatMap((channel) => own.filter((address) => address.channel === channel))
  return addresses.length > 0
    ? { steps: addresses.map(({ channel }) => channel), addresses }
    : { steps: ['enrol'], addresses: [] }
}
