import { z } from 'zod'
import { type Db, statement, takeTurns, type Tx, type Values } from '../db/index.ts'
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

/** A budget that nobody else takes from before the transaction ends. */
export interface HeldBudget {
  /** @returns how long to wait; `undefined` when there is room */
  noRoom(): NoRoom | undefined
  /** Takes what is charged, whether there is room or not. */
  take(): Promise<void>
  /** Gives one back after a success, and begins anew what is counted in a row. */
  giveOneBack(): Promise<void>
  /** After a success for which nothing was taken: begins anew what is counted in a row. */
  endRow(): Promise<void>
}

/**
 * Holds a budget, so that it can be looked at before it is decided what becomes of it. Two requests that hold the
 * same one wait for each other, and neither sees a count that is about to change.
 *
 * @param now milliseconds since the Unix epoch
 */
export async function holdBudget(tx: Tx, vault: Vault, charge: Charge, now: number): Promise<HeldBudget> {
  const key = storedKey(vault, charge)
  const { budget, amount = 1 } = charge
  await takeTurns(tx, [`budget ${key}`])
  const row = await findOne.first(tx, { key })
  let spending = spendingOf(row, now)

  const save = async (changed: Spending): Promise<void> => {
    spending = changed
    const { entries, inARow } = spending
    const expiresAt = forgottenAt(budget, now)
    await saveOne.later(tx, { key, name: budget.name, spent: JSON.stringify(entries), inARow, expiresAt })
  }
  return {
    noRoom: () => roomOf(budget, spending, amount, now),
    take: () => save(spend(budget, spending, amount, now)),
    giveOneBack: () => save(giveBack(spending)),
    async endRow() {
      if (spending.inARow > 0) await save({ ...spending, inARow: 0 })
    },
  }
}

/**
 * Takes from each of these budgets what is charged, or from none.
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
  // In one order, so that two requests never wait crosswise.
  const inOrder = charges.toSorted((one, other) => (storedKey(vault, one) < storedKey(vault, other) ? -1 : 1))
  const budgets = await Promise.all(inOrder.map((charge) => holdBudget(tx, vault, charge, now)))
  const tight = budgets
    .map((budget) => budget.noRoom())
    .filter((noRoom) => noRoom !== undefined)
    .toSorted((one, other) => other.waitMs - one.waitMs)[0]
  if (tight !== undefined) return tight
  await Promise.all(budgets.map((budget) => budget.take()))
  return undefined
}

/** @returns whether there is room for this, without taking it: it may be gone a moment later */
export async function hasRoom(db: Db | Tx, vault: Vault, charge: Charge, now: number): Promise<boolean> {
  const { budget, amount = 1 } = charge
  const row = await findOne.first(db, { key: storedKey(vault, charge) })
  return roomOf(budget, spendingOf(row, now), amount, now) === undefined
}

/** Gives one back after a success. */
export async function giveOneBack(tx: Tx, vault: Vault, charge: Charge, now: number): Promise<void> {
  const budget = await holdBudget(tx, vault, charge, now)
  await budget.giveOneBack()
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

const findOne = statement((db, value: Values<{ key: string }>) =>
  db.selectFrom('budget').select(['spent', 'in_a_row', 'expires_at']).where('key', '=', value.key),
)

interface Saved {
  readonly key: string
  readonly name: string
  readonly spent: string
  readonly inARow: number
  readonly expiresAt: number
}

const saveOne = statement((db, value: Values<Saved>) => {
  const spending = { spent: value.spent, in_a_row: value.inARow, expires_at: value.expiresAt }
  return db
    .insertInto('budget')
    .values({ key: value.key, name: value.name, ...spending })
    .onConflict((conflict) => conflict.column('key').doUpdateSet(spending))
})

function storedKey(vault: Vault, { budget, key }: Charge): string {
  return vault.blindIndex(`budget ${budget.name}`, key)
}

function spendingOf(
  row: { readonly spent: string; readonly in_a_row: number; readonly expires_at: number } | undefined,
  now: number,
): Spending {
  if (row === undefined || row.expires_at <= now) return NOTHING_SPENT
  return { entries: storedEntries.parse(JSON.parse(row.spent)), inARow: row.in_a_row }
}

function roomOf(budget: Budget, spending: Spending, amount: number, now: number): NoRoom | undefined {
  const wait = waitMs(budget, spending, amount, now)
  return wait === 0 ? undefined : { budgetName: budget.name, waitMs: wait }
}
