import type { Db, Tx } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type Address, type AddressMark, markAddress } from '../users/index.ts'
import { addressContext, codeContext, listTestAddresses, saveTestAddress } from './verification.store.ts'

/**
 * Gives an address a fixed code, as reviewers of app stores need it. Nothing is sent to it and it spends no
 * send budget; guesses at its code are counted as everybody's.
 */
export async function setTestAddress(
  db: Db | Tx,
  vault: Vault,
  address: Address,
  verifyCode: string,
): Promise<void> {
  const mark = markAddress(vault, address)
  await saveTestAddress(db, {
    ...mark,
    codeSealed: vault.seal(codeContext(mark.index), verifyCode),
    addressSealed: vault.seal(addressContext(mark.index), JSON.stringify(address)),
  })
}

/** @returns every test address with its code */
export async function listTestCodes(
  tx: Tx,
  vault: Vault,
): Promise<(AddressMark & { readonly verifyCode: string })[]> {
  return (await listTestAddresses(tx)).map(({ codeSealed, index, masked }) => ({
    index,
    masked,
    verifyCode: vault.open(codeContext(index), codeSealed),
  }))
}
