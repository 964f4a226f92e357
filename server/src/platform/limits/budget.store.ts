import { z } from 'zod'
import type { Db, Tx } from '../db/index.ts'
import type { KeyedColumn } from '../vault/keyed-column.ts'
import type { Vault } from '../vault/vault.ts'
import { type Budget, forgottenAt, giveBack, NOTHING_SPENT, spend, type Spending, waitMs } from './budget.ts'

declare module '../db/tables.ts' {
  interface Tables {
    readonly budget: {
      /** Keyed hash of the budget's name and the key: an IP or an address is not readable here. */
      key: string
      name: string
      spent: string
      in_a_row: number
      touches: number
      expires_at: number
    }
  }
}

/** What was counted is not known, so after a change of the master key everybody begins with full budgets. */
export const keyedColumns: readonly KeyedColumn[] = [
  { table: 'budget', column: 'key', whenMasterKeyChanges: { is: 'removed with its row', key: 'key' } },
]

/** One budget, for one key of it. */
export interface Charge {
  readonly budget: Budget
  /** What is counted: an address, an IP, a client id. Stored as a keyed hash only. */
  readonly key: string
  /** How much is taken, for a budget of something else than times, e.g. of money. Otherwise one. */
  readonly amount?: number
}

/** The budget that had no room, and how long until it has. */
export interface NoRoom {
  readonly budgetName: string
  readonly waitMs: number
}

const storedEntries = z.array(z.tuple([z.number(), z.number()]))

/**
 * Takes from each of these budgets what is charged, or from none.
 *
 * The rows are locked by the statement that reads them, in the order of their keys, so that two requests
 * with the same budgets wait for each other and neither sees a count that is about to change.
 *
 * @param now milliseconds since the Unix epoch
 * @returns `undefined` when all had room; otherwise the one to wait longest for
 */
export async function takeAll(
  tx: Tx,
  vault: Vault,
  charges: readonly Charge[],
  now: number,
): Promise<NoRoom | undefined> {
  if (charges.length === 0) return undefined
  const rows = await lockSpendings(tx, vault, charges, now)
  const tight = rows
    .map(({ budget, spending, amount }) => ({
      budgetName: budget.name,
      waitMs: waitMs(budget, spending, amount, now),
    }))
    .filter((room) => room.waitMs > 0)
    .toSorted((one, other) => other.waitMs - one.waitMs)[0]
  if (tight !== undefined) return tight

  for (const { key, budget, spending, amount } of rows) {
    await save(tx, key, budget, spend(budget, spending, amount, now), now)
  }
  return undefined
}

/** @returns whether there is room for this, without taking it: it may be gone a moment later */
export async function hasRoom(db: Db | Tx, vault: Vault, charge: Charge, now: number): Promise<boolean> {
  const { budget, amount = 1 } = charge
  const row = await db
    .selectFrom('budget')
    .select(['spent', 'in_a_row'])
    .where('key', '=', storedKey(vault, charge))
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return waitMs(budget, row === undefined ? NOTHING_SPENT : spendingOf(row), amount, now) === 0
}

/** Gives one back after a success. */
export async function giveOneBack(tx: Tx, vault: Vault, charge: Charge, now: number): Promise<void> {
  for (const { key, budget, spending } of await lockSpendings(tx, vault, [charge], now)) {
    await save(tx, key, budget, giveBack(spending), now)
  }
}

/**
 * Forgets rows that no longer count. Nothing depends on this: what is too old is left out when it is read.
 *
 * @returns how many were removed
 */
export async function sweepBudgets(db: Db, now: number, atMost: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('budget')
    .where('key', 'in', (old) =>
      old.selectFrom('budget').select('key').where('expires_at', '<=', now).limit(atMost),
    )
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}

interface LockedSpending {
  readonly key: string
  readonly budget: Budget
  readonly amount: number
  readonly spending: Spending
}

async function lockSpendings(
  tx: Tx,
  vault: Vault,
  charges: readonly Charge[],
  now: number,
): Promise<LockedSpending[]> {
  const wanted = charges
    .map((charge) => ({
      budget: charge.budget,
      amount: charge.amount ?? 1,
      key: storedKey(vault, charge),
    }))
    .toSorted((one, other) => (one.key < other.key ? -1 : 1))
  const rows = await tx
    .insertInto('budget')
    .values(
      wanted.map(({ budget, key }) => ({
        key,
        name: budget.name,
        spent: '[]',
        in_a_row: 0,
        touches: 1,
        expires_at: forgottenAt(budget, now),
      })),
    )
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet((column) => ({ touches: column('budget.touches', '+', 1) })),
    )
    .returning(['key', 'spent', 'in_a_row', 'expires_at'])
    .execute()

  const byKey = new Map(rows.map((row) => [row.key, row]))
  return wanted.map(({ budget, amount, key }) => {
    const row = byKey.get(key)
    const isCurrent = row !== undefined && row.expires_at > now
    return {
      key,
      budget,
      amount,
      spending: isCurrent ? spendingOf(row) : NOTHING_SPENT,
    }
  })
}

function storedKey(vault: Vault, { budget, key }: Charge): string {
  return vault.blindIndex(`budget ${budget.name}`, key)
}

function spendingOf(row: { readonly spent: string; readonly in_a_row: number }): Spending {
  return { entries: storedEntries.parse(JSON.parse(row.spent)), inARow: row.in_a_row }
}

async function save(tx: Tx, key: string, budget: Budget, spending: Spending, now: number): Promise<void> {
  await tx
    .updateTable('budget')
    .set({
      spent: JSON.stringify(spending.entries),
      in_a_row: spending.inARow,
      expires_at: forgottenAt(budget, now),
    })
    .where('key', '=', key)
    .execute()
}
