export type { Budget } from './budget.ts'
export { type Charge, giveOneBack, sweepBudgets, takeAll } from './budget.store.ts'
