import { randomBytes } from 'node:crypto'
import { type Db, inTransaction } from '../db/index.ts'
import { StoreAway } from '../db/store-away.ts'
import { StartError } from '../start-error.ts'
import * as dataKeys from './data-key.store.ts'
import { createVault, type DataKey, decrypt, deriveKey, encrypt, type GrowingVault } from './vault.ts'

/** Where the master key comes from. */
export interface MasterKeySource {
  /** For the operator, for example `LIGATURE_MASTER_KEY`. */
  readonly from: string
  /** @returns `undefined` when there is none yet */
  read(): Buffer | undefined
  /** Makes one; absent when only an operator may. */
  create?(): Buffer
}

/** The vault of a database, which learns of new data keys. */
export interface OpenedVault extends GrowingVault {
  /**
   * Reads the data keys again when it last did so more than a few seconds ago.
   *
   * @throws {StoreAway} when the master key has been changed: what this process knows is of no use any more
   */
  refresh(now: number): Promise<void>
  /** The same, however long ago that was. */
  readAgain(now: number): Promise<void>
  /** @returns a new data key, wrapped under the master key */
  makeDataKey(number: number): string
}

const READ_AGAIN_AFTER_MS = 5_000

/** What finishes a change of the master key that was cut off. */
export const HALF_CHANGED =
  'a change of the master key is not finished. Run `ligature keys change-master-key` again; nothing is lost'

/**
 * Opens the vault of this database, and makes its keys at the very first start.
 *
 * @throws {StartError} when the key is missing or not the one that this database was made with, or is being
 *   changed; nothing is ever made anew in their place
 */
export async function openVault(db: Db, source: MasterKeySource, now: number): Promise<OpenedVault> {
  if ((await dataKeys.list(db)).length === 0) await makeKeys(db, source, now)
  const wrapped = await dataKeys.list(db)
  if (wrapped.some(({ wrappedNext }) => wrappedNext !== undefined)) throw new StartError(HALF_CHANGED)
  const masterKey = source.read()
  if (masterKey === undefined) {
    throw new StartError(
      `the master key of this database is missing: ${source.from} does not hold it. ` +
        'Put the key back; nothing in this database can be read without it.',
    )
  }
  const keys = unwrapAll(masterKey, wrapped)
  if (keys === undefined) {
    throw new StartError(
      `wrong master key: ${source.from} holds another key than the one this database was made with`,
    )
  }
  return growing(db, masterKey, keys, now)
}

function growing(db: Db, masterKey: Buffer, keys: readonly DataKey[], now: number): OpenedVault {
  const vault = createVault(masterKey, keys, now)
  let readAt = now
  let reading: Promise<void> | undefined
  async function readAgain(at: number): Promise<void> {
    const wrapped = await dataKeys.list(db)
    const isChanging = wrapped.some(({ wrappedNext }) => wrappedNext !== undefined)
    const newer = isChanging ? undefined : unwrapAll(masterKey, wrapped)
    if (newer === undefined) throw new StoreAway('the master key has been changed')
    vault.learn(newer, at)
    readAt = at
  }
  return {
    ...vault,
    makeDataKey: (number) => wrap(masterKey, { number, key: randomBytes(32) }),
    readAgain,
    async refresh(at) {
      if (at >= readAt && at - readAt < READ_AGAIN_AFTER_MS) return
      // Many calls may come at once; one of them reads for all.
      reading ??= readAgain(at).finally(() => {
        reading = undefined
      })
      await reading
    },
  }
}

/**
 * In a transaction, so that of two processes that start at once one makes the keys and the other finds
 * them. A process killed on the way leaves at most a master key, which the next one takes.
 */
async function makeKeys(db: Db, source: MasterKeySource, now: number): Promise<void> {
  await inTransaction(db, async (tx) => {
    if ((await dataKeys.list(tx)).length > 0) return
    const masterKey = source.read() ?? source.create?.()
    if (masterKey === undefined) {
      throw new StartError(
        `no master key: set ${source.from} to the output of "openssl rand -base64 32" and keep a copy of it`,
      )
    }
    const wrapped = wrap(masterKey, { number: 1, key: randomBytes(32) })
    await dataKeys.add(tx, { number: 1, wrapped, sealsFrom: 0 }, now)
  })
}

/** @returns a data key as it is stored */
export function wrap(
  masterKey: Buffer,
  { number, key }: { readonly number: number; readonly key: Buffer },
): string {
  return encrypt(deriveKey(masterKey, 'wrap data keys'), `data key ${number}`, key)
}

/** @returns the data keys; `undefined` when they are wrapped under another master key */
export function unwrapAll(
  masterKey: Buffer,
  wrapped: readonly { readonly number: number; readonly wrapped: string; readonly sealsFrom: number }[],
): DataKey[] | undefined {
  const wrapKey = deriveKey(masterKey, 'wrap data keys')
  try {
    return wrapped.map(({ number, wrapped: text, sealsFrom }) => ({
      number,
      sealsFrom,
      key: decrypt(wrapKey, `data key ${number}`, text),
    }))
  } catch {
    return undefined
  }
}
