import type { Db } from '../db/index.ts'
import * as dataKeys from './data-key.store.ts'
import type { OpenedVault } from './open-vault.ts'
import type { SealedColumn } from './sealed-column.ts'

/** An instance reads the data keys every few seconds, and a request is over in fifteen. */
const KNOWN_BEFORE_MS = 60_000

/**
 * Makes the next data key. Everybody knows it a minute before anybody seals with it, so no instance meets a
 * row that it cannot open.
 *
 * @param now milliseconds since the Unix epoch
 * @returns whether this call made it; where one is waiting for its time already, it stays the only one
 */
export async function stageDataKey(db: Db, vault: OpenedVault, now: number): Promise<boolean> {
  const newest = (await dataKeys.list(db)).at(-1)
  if (newest === undefined || newest.sealsFrom > now) return false
  const number = newest.number + 1
  return dataKeys.add(
    db,
    { number, wrapped: vault.makeDataKey(number), sealsFrom: now + KNOWN_BEFORE_MS },
    now,
  )
}

/** A data key as an operator sees it. Moments are milliseconds since the Unix epoch. */
export interface ShownDataKey {
  readonly number: number
  readonly createdAt: number
  readonly sealsFrom: number
  /** How many rows are sealed under it, by `table.column`; columns without any are left out. */
  readonly rows: Readonly<Record<string, number>>
}

/** @returns the data keys, oldest first, with what is sealed under each */
export async function showDataKeys(db: Db, columns: readonly SealedColumn[]): Promise<ShownDataKey[]> {
  const keys = await dataKeys.list(db)
  const counts = new Map<string, ReadonlyMap<number, number>>()
  for (const column of columns) {
    const numbers = keys.map(({ number }) => number)
    counts.set(`${column.table}.${column.column}`, await dataKeys.countSealed(db, column, numbers))
  }
  return keys.map(({ number, createdAt, sealsFrom }) => ({
    number,
    createdAt,
    sealsFrom,
    rows: Object.fromEntries(
      [...counts]
        .map(([name, byNumber]) => [name, byNumber.get(number) ?? 0] as const)
        .filter(([, rows]) => rows > 0),
    ),
  }))
}
