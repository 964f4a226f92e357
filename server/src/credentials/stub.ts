import type { Db, Tx } from '../platform/db/index.ts'
export async function hasTotp(_db: Db | Tx, _userId: string): Promise<boolean> {
  return false
}
export async function hasPasskey(_db: Db | Tx, _userId: string): Promise<boolean> {
  return false
}
export async function hasSecondFactor(_db: Db | Tx, _userId: string): Promise<boolean> {
  return false
}
export async function countRecoveryCodes(_db: Db | Tx, _userId: string): Promise<number> {
  return 0
}
