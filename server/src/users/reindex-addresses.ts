import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Db, inTransaction } from '../platform/db/index.ts'
import type { KeyedChange, KeyedColumn } from '../platform/vault/keyed-column.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { markAddress, openAddress } from './sealed-address.ts'
import { type AddressPlace, listAllAddresses, setAddressIndices, type StoredAddress } from './user.store.ts'

const ROWS_OF_A_BATCH = 500

export const userKeyedColumns: readonly KeyedColumn[] = [
  {
    table: 'user_address',
    column: 'address_index',
    whenMasterKeyChanges: { is: 'computed again', by: reindexAddresses },
  },
]

/**
 * Computes the blind index of every address again, from the sealed address beside it. Done twice it comes to
 * the same; an index of the old key and one of the new are never equal, so uniqueness holds all the way.
 */
async function reindexAddresses(db: Db, vault: Vault): Promise<KeyedChange> {
  let rows = 0
  let unreadable = 0
  for (let after: AddressPlace | undefined; ;) {
    const batch = await listAllAddresses(db, after, ROWS_OF_A_BATCH)
    const changes = batch.flatMap(({ userId, ...stored }) => {
      const index = indexOf(vault, userId, stored)
      return index === undefined ? [] : [{ userId, channel: stored.channel, index }]
    })
    unreadable += batch.length - changes.length
    await inTransaction(db, (tx) => setAddressIndices(tx, changes))
    rows += batch.length
    after = batch.at(-1)
    if (after === undefined) return { rows, removed: 0, unreadable }
    await nextTurn()
  }
}

/** One damaged row may not keep the whole deployment from its new key. */
function indexOf(vault: Vault, userId: string, stored: StoredAddress): string | undefined {
  try {
    const value = openAddress(vault, userId, stored)
    return markAddress(vault, { channel: stored.channel, value }).index
  } catch {
    return undefined
  }
}
