import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Db, Tx } from '../db/index.ts'
import * as processes from '../db/running-process.store.ts'
import { StartError } from '../start-error.ts'
import * as dataKeys from './data-key.store.ts'
import type { KeyedChange, KeyedColumn } from './keyed-column.ts'
import { empty, removeRows } from './keyed-column.store.ts'
import { type MasterKeySource, unwrapAll, wrap } from './open-vault.ts'
import { BEAT_EVERY_MS, becomeOnlyProcess } from './running-processes.ts'
import { createVault, type Vault } from './vault.ts'

/** The key that takes over. */
export interface NextMasterKey {
  /** For the operator. */
  readonly from: string
  /** @param isUnderWay whether a change to it was begun: it may be in its place already */
  read(isUnderWay: boolean): Buffer | undefined
  /** Makes one; absent when only an operator may. */
  create?(): Buffer
  /**
   * Puts the key where the next start looks for it, if that is in our hands.
   *
   * @returns for the operator: what was done, and what is left to do
   */
  install(): string
}

/** What a change did to one column. */
export interface ChangedColumn extends KeyedChange {
  /** `table.column` */
  readonly column: string
}

export interface MasterKeyChange {
  readonly columns: readonly ChangedColumn[]
  readonly installed: string
}

/**
 * Makes another key the master key, while nothing else runs: data keys are wrapped under it, and every hash that
 * hangs on it is computed again or forgotten.
 *
 * From its first commit on nothing starts on this database but this, until the last one. A run that is killed is
 * finished by the next; each step may be done twice. The old key is needed for the first commit only.
 *
 * @throws {StartError} while something else runs, and for keys that are not the right ones
 */
export async function changeMasterKey(
  db: Db,
  current: MasterKeySource,
  next: NextMasterKey,
  columns: readonly KeyedColumn[],
  now: number,
): Promise<MasterKeyChange> {
  const wrapped = await dataKeys.list(db)
  if (wrapped.length === 0) throw new StartError('this database has no keys yet: it was never started')
  const isUnderWay = wrapped.some(({ wrappedNext }) => wrappedNext !== undefined)
  const nextKey = next.read(isUnderWay) ?? (isUnderWay ? undefined : next.create?.())
  if (nextKey === undefined) throw new StartError(missing(next, isUnderWay))

  if (!isUnderWay && unwrapAll(nextKey, wrapped) !== undefined) {
    return { columns: [], installed: next.install() }
  }
  const id = await becomeOnlyProcess(db, 'change-master-key', now, async (tx) => {
    if (!isUnderWay) await wrapAnew(tx, current, nextKey)
  })
  const stopBeating = startBeating(db, id)
  try {
    const vault = await openUnderNext(db, nextKey, next.from, now)
    const changed: ChangedColumn[] = []
    for (const column of columns) {
      changed.push({ column: `${column.table}.${column.column}`, ...(await renew(db, vault, column)) })
      await nextTurn()
    }
    // Before the last commit: a start in between is refused, and this command finds the key in its new place.
    const installed = next.install()
    await dataKeys.takeWrappedNext(db)
    return { columns: changed, installed }
  } finally {
    await stopBeating()
  }
}

/**
 * Writes the data keys a second time, under the next master key.
 *
 * @throws {StartError} when the master key is not the right one
 */
async function wrapAnew(tx: Tx, current: MasterKeySource, nextKey: Buffer): Promise<void> {
  const currentKey = current.read()
  const keys = currentKey === undefined ? undefined : unwrapAll(currentKey, await dataKeys.list(tx))
  if (keys === undefined) {
    throw new StartError(`wrong master key: ${current.from} does not hold the one of this database`)
  }
  for (const key of keys) await dataKeys.setWrappedNext(tx, key.number, wrap(nextKey, key))
}

async function openUnderNext(db: Db, nextKey: Buffer, from: string, now: number): Promise<Vault> {
  const rows = await dataKeys.list(db)
  const keys = unwrapAll(
    nextKey,
    rows.map((row) => ({ ...row, wrapped: row.wrappedNext ?? row.wrapped })),
  )
  if (keys !== undefined) return createVault(nextKey, keys, now)
  throw new StartError(`the change that is not finished is to another key than the one in ${from}`)
}

async function renew(db: Db, vault: Vault, column: KeyedColumn): Promise<KeyedChange> {
  const { table, column: name, whenMasterKeyChanges: what } = column
  if (what.is === 'computed again') return what.by(db, vault)
  const named = { table, column: name, key: what.key }
  if (what.is === 'emptied') return { rows: await empty(db, named, what.as), removed: 0, unreadable: 0 }
  const removed = await removeRows(db, named)
  return { rows: removed, removed, unreadable: 0 }
}

function missing(next: NextMasterKey, isUnderWay: boolean): string {
  return isUnderWay
    ? `the key that the change is to is missing: ${next.from} does not hold it`
    : `no new master key: set ${next.from} to the output of "openssl rand -base64 32" and keep a copy of it`
}

/** @returns what ends it, and takes this process off the list */
function startBeating(db: Db, id: string): () => Promise<void> {
  const timer = setInterval(() => void processes.beat(db, id).catch(() => false), BEAT_EVERY_MS)
  return async () => {
    clearInterval(timer)
    await processes.remove(db, [id]).catch(() => undefined)
  }
}
