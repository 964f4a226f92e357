import { randomBytes } from 'node:crypto'
import { addDataKey, listDataKeys } from '../db/deployment.store.ts'
import type { Db } from '../db/index.ts'
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
  const isNew = (await listDataKeys(db)).length === 0
  const masterKey = source.read() ?? (isNew ? source.create?.() : undefined)
  if (masterKey === undefined) {
    throw new StartError(
      isNew
        ? `no master key: set ${source.from} to the output of "openssl rand -base64 32" and keep a copy of it`
        : `the master key of this database is missing: ${source.from} does not hold it. ` +
            'Put the key back; nothing in this database can be read without it.',
    )
  }

  const wrapKey = deriveKey(masterKey, 'wrap data keys')
  if (isNew)
    await addDataKey(db, { number: 1, wrapped: encrypt(wrapKey, 'data key 1', randomBytes(32)) }, now)

  const wrapped = await listDataKeys(db)
  return createVault(
    masterKey,
    wrapped.map((row) => ({ number: row.number, key: unwrap(wrapKey, row, source) })),
  )
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
