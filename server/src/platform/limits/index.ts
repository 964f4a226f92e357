export type { Budget, Limit } from './budget.ts'
export { type Charge, giveOneBack, sweepBudgets, takeAll } from './budget.store.ts'
