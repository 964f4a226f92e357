export type { Budget, Limit } from './budget.ts'
export {
  type Charge,
  giveOneBack,
  hasRoom,
  holdBudget,
  keyedColumns as budgetKeyedColumns,
  type NoRoom,
  sweepBudgets,
  takeAll,
} from './budget.store.ts'
export { networkOf } from './network-of.ts'
export { isCountable, withLimits } from './set-limits.ts'
