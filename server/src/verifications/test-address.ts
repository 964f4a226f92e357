import type { Db } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type Address, markAddress } from '../users/index.ts'
import { saveTestAddress } from './verification.store.ts'

/**
 * Gives an address a fixed code, as reviewers of app stores need it. Nothing is sent to it and it spends no
 * send budget; guesses at its code are counted as everybody's.
 */
export async function setTestAddress(
  db: Db,
  vault: Vault,
  address: Address,
  verifyCode: string,
): Promise<void> {
  const mark = markAddress(vault, address)
  await saveTestAddress(db, mark, vault.seal(`test_address ${mark.index}`, verifyCode))
}
