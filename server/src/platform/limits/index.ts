export type { Budget, Limit } from './budget.ts'
export { type Charge, giveOneBack, type NoRoom, sweepBudgets, takeAll } from './budget.store.ts'
