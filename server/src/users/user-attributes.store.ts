import type { Db, Tx } from '../platform/db/index.ts'
import type { SealedColumn } from '../platform/vault/sealed-column.ts'

export const sealedColumns = [
  {
    table: 'user',
    column: 'attributes_sealed',
    key: ['id'],
    context: ({ id }) => sealContext(id),
  },
] as const satisfies readonly SealedColumn<'id'>[]

/** Where a user's sealed attributes stand. */
export function sealContext(userId: string): string {
  return `user ${userId} attributes`
}

/** @returns a user's attributes under their seal; `null` where he has none */
export async function findSealed(db: Db | Tx, userId: string): Promise<string | null> {
  const row = await db
    .selectFrom('user')
    .select('attributes_sealed')
    .where('id', '=', userId)
    .executeTakeFirst()
  return row?.attributes_sealed ?? null
}

export async function setSealed(tx: Tx, userId: string, sealed: string | null): Promise<void> {
  await tx.updateTable('user').set({ attributes_sealed: sealed }).where('id', '=', userId).execute()
}

/** @param to a user name that nobody else has: whoever asks has its turn */
export async function rename(
  tx: Tx,
  userId: string,
  to: { readonly userName: string; readonly name: string },
): Promise<void> {
  await tx
    .updateTable('user')
    .set({ user_name: to.userName, user_name_key: to.userName.toLowerCase(), name: to.name })
    .where('id', '=', userId)
    .execute()
}
