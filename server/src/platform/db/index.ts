export type { StoreActivity } from './activity.ts'
export { type DatabaseLocation, openDatabase } from './open-database.ts'
export { inTransaction, keepRows, lockRows, takeTurns, takeYourTime } from './transaction.ts'
export type { Db, Tx } from './types.ts'
