export type { Budget, Limit } from './budget.ts'
export {
  type Charge,
  giveOneBack,
  keyedColumns as budgetKeyedColumns,
  sweepBudgets,
  takeAll,
} from './budget.store.ts'
