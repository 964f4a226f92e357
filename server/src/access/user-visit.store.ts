import type { Db, Tx } from '../platform/db/index.ts'

declare module '../platform/db/tables.ts' {
  interface Tables {
    readonly user_visit: {
      user_id: string
      /** Empty where the operator's lists do not know the address. */
      country: string
      last_at: number
    }
  }
}

/** When a user last came in from a country. */
export interface Visit {
  readonly country: string
  readonly lastAt: number
}

export async function listOf(db: Db | Tx, userId: string): Promise<Visit[]> {
  const rows = await db
    .selectFrom('user_visit')
    .select(['country', 'last_at'])
    .where('user_id', '=', userId)
    .execute()
  return rows.map((row) => ({ country: row.country, lastAt: row.last_at }))
}

/** Notes that a user has come in. */
export async function note(tx: Tx, userId: string, country: string, now: number): Promise<void> {
  await tx
    .insertInto('user_visit')
    .values({ user_id: userId, country, last_at: now })
    .onConflict((conflict) => conflict.columns(['user_id', 'country']).doUpdateSet({ last_at: now }))
    .execute()
}
