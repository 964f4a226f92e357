/** How many times something may happen, or how much may be spent, in any stretch of time of that length. */
export interface Limit {
  readonly max: number
  readonly perMs: number
}

/** How often something may happen to one key, or how much may be spent for it. */
export interface Budget {
  /** Part of the stored key: two budgets never share a count. */
  readonly name: string
  /** All of them hold. */
  readonly limits: readonly Limit[]
  /**
   * Moments this close together are counted as one entry, in milliseconds. 1 is exact; a budget with a
   * large `max` takes a coarser grain to keep its row small, and then errs on the strict side.
   */
  readonly grainMs: number
  /** A count that only a success takes back to zero; a key left alone this long starts anew. */
  readonly inARow?: { readonly max: number; readonly forgottenAfterMs: number }
}

/** What has been spent of one budget for one key. */
export interface Spending {
  /** `[start of the grain, count]`, oldest first. */
  readonly entries: readonly (readonly [startedAt: number, count: number])[]
  readonly inARow: number
}

export const NOTHING_SPENT: Spending = { entries: [], inARow: 0 }

/**
 * Tells whether so much more fits.
 *
 * @returns milliseconds until it would; 0 when it fits now
 */
export function waitMs(budget: Budget, spending: Spending, amount: number, now: number): number {
  const row = budget.inARow
  const blocked = row !== undefined && spending.inARow >= row.max ? row.forgottenAfterMs : 0
  const waits = budget.limits.map((limit) => waitForLimitMs(budget, limit, spending, amount, now))
  return Math.max(blocked, ...waits)
}

/** Walks from the newest entry back: the one that leaves too little room must grow old first. */
function waitForLimitMs(
  budget: Budget,
  limit: Limit,
  spending: Spending,
  amount: number,
  now: number,
): number {
  // It never fits; the caller learns of a wait all the same, so that he does not come back at once.
  if (amount > limit.max) return limit.perMs
  let spent = 0
  for (const [startedAt, part] of spending.entries.toReversed()) {
    spent += part
    const leavesAt = startedAt + budget.grainMs - 1 + limit.perMs
    if (spent + amount > limit.max) return Math.max(0, leavesAt - now)
  }
  return 0
}

/** The spending after so much more, without what no longer counts. */
export function spend(budget: Budget, spending: Spending, amount: number, now: number): Spending {
  const startedAt = now - (now % budget.grainMs)
  const oldest = now - longestMs(budget)
  const kept = spending.entries.filter(([start]) => start + budget.grainMs > oldest)
  const last = kept.at(-1)
  const entries =
    last?.[0] === startedAt
      ? [...kept.slice(0, -1), [startedAt, last[1] + amount] as const]
      : [...kept, [startedAt, amount] as const]
  return { entries, inARow: spending.inARow + 1 }
}

/** The spending after a success: its own entry is given back, and what came in a row ends. */
export function giveBack(spending: Spending): Spending {
  const last = spending.entries.at(-1)
  if (last === undefined) return NOTHING_SPENT
  const rest = spending.entries.slice(0, -1)
  return { entries: last[1] > 1 ? [...rest, [last[0], last[1] - 1]] : rest, inARow: 0 }
}

/** When the row may be forgotten. */
export function forgottenAt(budget: Budget, now: number): number {
  return now + Math.max(longestMs(budget) + budget.grainMs, budget.inARow?.forgottenAfterMs ?? 0)
}

function longestMs(budget: Budget): number {
  return Math.max(0, ...budget.limits.map((limit) => limit.perMs))
}
