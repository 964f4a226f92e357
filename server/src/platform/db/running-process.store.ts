import type { Db, Tx } from './types.ts'

declare module './tables.ts' {
  interface Tables {
    /** Every process that has this database open, until it ends; of one that was killed the row stays. */
    readonly running_process: {
      id: string
      /** For the operator: `start`, `dev`, `a command`. */
      name: string
      started_at: number
      /** Counted up by the process every few seconds. */
      beat: number
    }
  }
}

export interface RunningProcess {
  readonly id: string
  readonly name: string
  readonly beat: number
}

export async function add(tx: Tx, id: string, name: string, now: number): Promise<void> {
  await tx.insertInto('running_process').values({ id, name, started_at: now, beat: 0 }).execute()
}

/** @returns `false` when this process was taken for dead */
export async function beat(db: Db, id: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('running_process')
    .set((column) => ({ beat: column('beat', '+', 1) }))
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

export async function remove(db: Db | Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await db.deleteFrom('running_process').where('id', 'in', ids).execute()
}

export async function list(db: Db | Tx): Promise<RunningProcess[]> {
  return db.selectFrom('running_process').select(['id', 'name', 'beat']).orderBy('started_at').execute()
}
