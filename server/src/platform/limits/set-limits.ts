import type { Budget, Limit } from './budget.ts'

/** So many entries at most are kept of one key where moments are told apart exactly. */
const MAX_EXACT = 200
/** Where more are counted; six entries for the shortest of its times are then a bearable row. */
const MAX_TIMES_APART = 1_500

/** Whether these can be counted together in one row, none of them more than a sixth too strictly. */
export function isCountable(limits: readonly Limit[]): boolean {
  return isExact(limits) || longestOf(limits) <= shortestOf(limits) * MAX_TIMES_APART
}

/** The same budget, which shares its count with the other, with limits that an operator set. */
export function withLimits(budget: Budget, limits: readonly Limit[]): Budget {
  const grainMs = isExact(limits) ? 1 : Math.ceil(shortestOf(limits) / 6)
  return { ...budget, limits, grainMs }
}

function isExact(limits: readonly Limit[]): boolean {
  return limits.every(({ max }) => max <= MAX_EXACT)
}

function shortestOf(limits: readonly Limit[]): number {
  return Math.min(...limits.map(({ perMs }) => perMs))
}

function longestOf(limits: readonly Limit[]): number {
  return Math.max(...limits.map(({ perMs }) => perMs))
}
