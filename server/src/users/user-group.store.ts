import type { Db, Tx } from '../platform/db/index.ts'

declare module '../platform/db/tables.ts' {
  interface Tables {
    readonly user_group: {
      user_id: string
      name: string
    }
  }
}

/** @returns the groups that a user is in, by name */
export async function listGroupsOf(db: Db | Tx, userId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('user_group')
    .select('name')
    .where('user_id', '=', userId)
    .orderBy('name')
    .execute()
  return rows.map(({ name }) => name)
}

/** Puts a user into these groups and no others. */
export async function setGroupsOf(tx: Tx, userId: string, names: readonly string[]): Promise<void> {
  await tx.deleteFrom('user_group').where('user_id', '=', userId).execute()
  for (const name of new Set(names)) {
    await tx.insertInto('user_group').values({ user_id: userId, name }).execute()
  }
}
