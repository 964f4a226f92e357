import type { Db } from '../db/index.ts'
import * as dataKeys from './data-key.store.ts'
import { listSealedUnder, replaceSealed, type RowKey } from './reseal.store.ts'
import type { SealedColumn } from './sealed-column.ts'
import type { GrowingVault } from './vault.ts'

/**
 * How long a data key stays after its successor began to seal. An instance or a command that was cut off from
 * the database until then could still write under it; a row without its key could never be read again.
 */
const KEPT_MS = 24 * 60 * 60 * 1000

/** Rows of one step: a few milliseconds of the database's time. */
const ROWS_OF_A_STEP = 200

/** What a step came to. */
export interface ResealStep {
  readonly resealed: number
  /** Rows that do not open; they keep their old key alive until somebody looks after them. */
  readonly unreadable: number
  /** Every row has been looked at since the last step that said so. */
  readonly isPassOver: boolean
}

/** Seals rows again, under the data key that seals now, until none is left under an older one. */
export interface Resealing {
  step(now: number): Promise<ResealStep>
}

/**
 * Goes through the sealed columns, a few rows a step. Where it is, it remembers only to be quick: a process
 * that is killed begins again with what is still to do, and several at once do not disturb each other.
 */
export function openResealing(db: Db, vault: GrowingVault, columns: readonly SealedColumn[]): Resealing {
  let place = 0
  let after: RowKey | undefined

  return {
    async step(now) {
      const older = (await dataKeys.list(db))
        .map(({ number }) => number)
        .filter((number) => number < vault.sealingNumber())
      const column = older.length === 0 ? undefined : columns[place]
      if (column === undefined) {
        place = 0
        after = undefined
        await removeUnused(db, vault, columns, now)
        return { resealed: 0, unreadable: 0, isPassOver: true }
      }
      const rows = await listSealedUnder(db, column, older, after, ROWS_OF_A_STEP)
      after = rows.at(-1)?.key
      if (rows.length < ROWS_OF_A_STEP) {
        place += 1
        after = undefined
      }
      const changes = rows.flatMap((row) => {
        const text = tryToOpen(vault, column.context(row.key), row.sealed)
        return text === undefined ? [] : [{ ...row, resealed: vault.seal(column.context(row.key), text) }]
      })
      const resealed = changes.length === 0 ? 0 : await replaceSealed(db, column, changes)
      return { resealed, unreadable: rows.length - changes.length, isPassOver: false }
    },
  }
}

function tryToOpen(vault: GrowingVault, context: string, sealed: string): string | undefined {
  try {
    return vault.open(context, sealed)
  } catch {
    return undefined
  }
}

/** Removes data keys that nothing is sealed under, once nobody can be left who seals under them. */
async function removeUnused(
  db: Db,
  vault: GrowingVault,
  columns: readonly SealedColumn[],
  now: number,
): Promise<void> {
  const keys = await dataKeys.list(db)
  for (const [place, { number }] of keys.entries()) {
    const successor = keys[place + 1]
    if (successor === undefined || number >= vault.sealingNumber()) return
    if (now >= successor.sealsFrom + KEPT_MS) await dataKeys.removeUnused(db, number, columns)
  }
}
