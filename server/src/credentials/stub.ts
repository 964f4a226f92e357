import type { Db, Tx } from '../platform/db/index.ts'

/** Nobody can have one yet. */
export async function hasPasskey(_db: Db | Tx, _userId: string): Promise<boolean> {
  return false
}
