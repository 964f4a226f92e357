import type { Tx } from '../platform/db/index.ts'
import type { StoredAddress } from './user.store.ts'

/** Gives a user the one address that he has of its channel: whoever asks has the turn of that address. */
export async function replaceAddress(tx: Tx, userId: string, address: StoredAddress): Promise<void> {
  const fields = {
    address_sealed: address.sealed,
    address_index: address.index,
    address_masked: address.masked,
    verified_at: address.verifiedAt,
  }
  await tx
    .insertInto('user_address')
    .values({ user_id: userId, channel: address.channel, ...fields })
    .onConflict((conflict) => conflict.columns(['user_id', 'channel']).doUpdateSet(fields))
    .execute()
}
