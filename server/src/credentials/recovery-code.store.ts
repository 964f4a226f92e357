import type { Db, Tx } from '../platform/db/index.ts'
import { randomId } from '../platform/secrets.ts'
import type { SealedColumn } from '../platform/vault/sealed-column.ts'
import type { Vault } from '../platform/vault/vault.ts'

declare module '../platform/db/tables.ts' {
  interface Tables {
    readonly recovery_code: {
      id: string
      user_id: string
      hash_sealed: string
      created_at: number
      used_at: number | null
    }
  }
}

export const sealedColumns = [
  { table: 'recovery_code', column: 'hash_sealed', key: ['id'], context: ({ id }) => contextOf(id) },
] as const satisfies readonly SealedColumn<'id'>[]

function contextOf(id: string): string {
  return `recovery_code ${id}`
}

/** Keeps these instead of those that a user had. */
export async function replaceAll(
  tx: Tx,
  vault: Vault,
  userId: string,
  hashes: readonly string[],
  now: number,
): Promise<void> {
  await removeAll(tx, userId)
  const rows = hashes.map((hash) => {
    const id = randomId()
    const sealed = vault.seal(contextOf(id), hash)
    return { id, user_id: userId, hash_sealed: sealed, created_at: now, used_at: null }
  })
  await tx.insertInto('recovery_code').values(rows).execute()
}

/** @returns those that were not used */
export async function listUnused(
  tx: Tx,
  vault: Vault,
  userId: string,
): Promise<{ readonly id: string; readonly hash: string }[]> {
  const rows = await tx
    .selectFrom('recovery_code')
    .select(['id', 'hash_sealed'])
    .where('user_id', '=', userId)
    .where('used_at', 'is', null)
    .execute()
  return rows.map((row) => ({ id: row.id, hash: vault.open(contextOf(row.id), row.hash_sealed) }))
}

export async function countUnused(db: Db | Tx, userId: string): Promise<number> {
  const { unused } = await db
    .selectFrom('recovery_code')
    .select(({ fn }) => fn.countAll<number>().as('unused'))
    .where('user_id', '=', userId)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow()
  return unused
}

/** @returns `false` when another request used it first, or new ones were made meanwhile */
export async function use(tx: Tx, id: string, now: number): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('recovery_code')
    .set({ used_at: now })
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

export async function removeAll(tx: Tx, userId: string): Promise<void> {
  await tx.deleteFrom('recovery_code').where('user_id', '=', userId).execute()
}
