import { z } from 'zod'
import { type Db, inTransaction } from '../platform/db/index.ts'
import type { KeyedChange, KeyedColumn } from '../platform/vault/keyed-column.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type Address, markAddress } from '../users/index.ts'
import { setTestAddress } from './test-address.ts'
import {
  addressContext,
  codeContext,
  listTestAddresses,
  removeTestAddress,
  type StoredTestAddress,
} from './verification.store.ts'

/** Codes that are on their way die with the old key: whoever waits for one asks for another. */
export const verificationKeyedColumns: readonly KeyedColumn[] = [
  ...['address_index', 'code_hash'].map((column) => ({
    table: 'verification',
    column,
    whenMasterKeyChanges: { is: 'removed with its row' as const, key: 'id' },
  })),
  {
    table: 'test_address',
    column: 'address_index',
    whenMasterKeyChanges: { is: 'computed again', by: reindexTestAddresses },
  },
]

const addressText = z.object({ channel: z.enum(['sms', 'email']), value: z.string() })

/** Gives every test address its index under the new key; one that cannot be read, or was never kept, is removed. */
async function reindexTestAddresses(db: Db, vault: Vault): Promise<KeyedChange> {
  return inTransaction(db, async (tx) => {
    const stored = await listTestAddresses(tx)
    let removed = 0
    for (const each of stored) {
      const found = read(vault, each)
      if (found !== undefined && markAddress(vault, found.address).index === each.index) continue
      await removeTestAddress(tx, each.index)
      if (found === undefined) removed += 1
      else await setTestAddress(tx, vault, found.address, found.verifyCode)
    }
    return { rows: stored.length, removed, unreadable: 0 }
  })
}

function read(
  vault: Vault,
  { index, codeSealed, addressSealed }: StoredTestAddress,
): { readonly address: Address; readonly verifyCode: string } | undefined {
  if (addressSealed === undefined) return undefined
  try {
    const address = addressText.parse(JSON.parse(vault.open(addressContext(index), addressSealed)))
    return { address, verifyCode: vault.open(codeContext(index), codeSealed) }
  } catch {
    return undefined
  }
}
