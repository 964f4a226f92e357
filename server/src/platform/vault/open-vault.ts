import { randomBytes } from 'node:crypto'
import { addDataKey, listDataKeys } from '../db/deployment.store.ts'
import { type Db, inTransaction } from '../db/index.ts'
import { StartError } from '../start-error.ts'
import { createVault, decrypt, deriveKey, encrypt, type Vault } from './vault.ts'

/** Where the master key comes from. */
export interface MasterKeySource {
  /** For the operator, for example `LIGATURE_MASTER_KEY`. */
  readonly from: string
  /** @returns `undefined` when there is none yet */
  read(): Buffer | undefined
  /** Makes one; absent when only an operator may. */
  create?(): Buffer
}

/**
 * Opens the vault of this database, and makes its keys at the very first start.
 *
 * @throws {StartError} when the key is missing or not the one that this database was made with; nothing is
 *   ever made anew in their place
 */
export async function openVault(db: Db, source: MasterKeySource, now: number): Promise<Vault> {
  if ((await listDataKeys(db)).length === 0) await makeKeys(db, source, now)
  const masterKey = source.read()
  if (masterKey === undefined) {
    throw new StartError(
      `the master key of this database is missing: ${source.from} does not hold it. ` +
        'Put the key back; nothing in this database can be read without it.',
    )
  }
  const wrapKey = deriveKey(masterKey, 'wrap data keys')
  const wrapped = await listDataKeys(db)
  return createVault(
    masterKey,
    wrapped.map((row) => ({ number: row.number, key: unwrap(wrapKey, row, source) })),
  )
}

/**
 * In a transaction, so that of two processes that start at once one makes the keys and the other finds
 * them. A process killed on the way leaves at most a master key, which the next one takes.
 */
async function makeKeys(db: Db, source: MasterKeySource, now: number): Promise<void> {
  await inTransaction(db, async (tx) => {
    if ((await listDataKeys(tx)).length > 0) return
    const masterKey = source.read() ?? source.create?.()
    if (masterKey === undefined) {
      throw new StartError(
        `no master key: set ${source.from} to the output of "openssl rand -base64 32" and keep a copy of it`,
      )
    }
    const wrapKey = deriveKey(masterKey, 'wrap data keys')
    await addDataKey(tx, { number: 1, wrapped: encrypt(wrapKey, 'data key 1', randomBytes(32)) }, now)
  })
}

function unwrap(
  wrapKey: Buffer,
  row: { readonly number: number; readonly wrapped: string },
  source: MasterKeySource,
): Buffer {
  try {
    return decrypt(wrapKey, `data key ${row.number}`, row.wrapped)
  } catch {
    throw new StartError(
      `wrong master key: ${source.from} holds another key than the one this database was made with`,
    )
  }
}
