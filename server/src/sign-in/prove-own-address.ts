import { record } from '../audit/index.ts'
import type { Tx } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type Address, type Channel, listVerifiedAddressesOf } from '../users/index.ts'
import { checkVerificationCode, type CodeGuess, type GuessedBy } from '../verifications/index.ts'

/** A code that a user shows, who need not say where it was sent. */
export interface OwnCode extends Omit<CodeGuess, 'address' | 'ownCodeOnly'> {
  readonly userId: string
  readonly channel: Channel
}

/** @returns the address that the code proves; otherwise why it proves none, for the operator only */
export async function proveOwnAddress(
  tx: Tx,
  vault: Vault,
  { userId, channel, ...shown }: OwnCode,
  by: GuessedBy,
  now: number,
): Promise<
  | { readonly isRight: true; readonly address: Address }
  | { readonly isRight: false; readonly because: string }
> {
  const own = await listVerifiedAddressesOf(tx, vault, userId)
  const address = own.find((each) => each.channel === channel)
  if (address === undefined) {
    const because = 'he has no such verified address'
    await record(tx, { ...by, kind: 'code_refused', at: now, clientId: shown.clientId, userId, because })
    return { isRight: false, because }
  }
  const checked = await checkVerificationCode(tx, vault, { ...shown, address }, { ...by, userId }, now)
  return checked.isRight ? { isRight: true, address } : checked
}
