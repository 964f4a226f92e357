import { z } from 'zod'
import type { Db, Tx } from '../platform/db/index.ts'
import { randomId } from '../platform/secrets.ts'
import type { SealedColumn } from '../platform/vault/sealed-column.ts'
import type { Vault } from '../platform/vault/vault.ts'
import type { HashKind } from './password-hash.ts'

declare module '../platform/db/tables.ts' {
  interface Tables {
    readonly password: {
      user_id: string
      hash_sealed: string
      kind: string
      set_at: number
      /** Another one at each change. */
      version: string
    }
    readonly password_history: {
      id: string
      user_id: string
      hash_sealed: string
      replaced_at: number
    }
  }
}

export const sealedColumns = [
  {
    table: 'password',
    column: 'hash_sealed',
    key: ['user_id'],
    context: ({ user_id: userId }) => contextOf(userId),
  },
] as const satisfies readonly SealedColumn<'user_id'>[]

export const historySealedColumns = [
  { table: 'password_history', column: 'hash_sealed', key: ['id'], context: ({ id }) => historyContext(id) },
] as const satisfies readonly SealedColumn<'id'>[]

function contextOf(userId: string): string {
  return `password ${userId}`
}

function historyContext(id: string): string {
  return `password_history ${id}`
}

export interface StoredPassword {
  readonly userId: string
  readonly hash: string
  readonly kind: HashKind
  /** Milliseconds since the Unix epoch. */
  readonly setAt: number
  readonly version: string
}

const hashKind = z.enum(['own', 'imported'])

export async function find(db: Db | Tx, vault: Vault, userId: string): Promise<StoredPassword | undefined> {
  const row = await db.selectFrom('password').selectAll().where('user_id', '=', userId).executeTakeFirst()
  return (
    row && {
      userId,
      hash: vault.open(contextOf(userId), row.hash_sealed),
      kind: hashKind.parse(row.kind),
      setAt: row.set_at,
      version: row.version,
    }
  )
}

/** @returns when the password of a user was set; `undefined` when he has none */
export async function findSetAt(db: Db | Tx, userId: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('password')
    .select('set_at')
    .where('user_id', '=', userId)
    .executeTakeFirst()
  return row?.set_at
}

/** Gives a user his first password. @returns `false` when he has one */
export async function insert(
  tx: Tx,
  vault: Vault,
  password: Omit<StoredPassword, 'version'>,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('password')
    .values({
      user_id: password.userId,
      hash_sealed: vault.seal(contextOf(password.userId), password.hash),
      kind: password.kind,
      set_at: password.setAt,
      version: randomId(),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/** @returns `false` when the password is another one than it was when it was read */
export async function replace(
  tx: Tx,
  vault: Vault,
  old: Pick<StoredPassword, 'userId' | 'version'>,
  by: Pick<StoredPassword, 'hash' | 'setAt'>,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('password')
    .set({
      hash_sealed: vault.seal(contextOf(old.userId), by.hash),
      kind: 'own',
      set_at: by.setAt,
      version: randomId(),
    })
    .where('user_id', '=', old.userId)
    .where('version', '=', old.version)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/**
 * Keeps our own hash of the same password, which stays the same to whoever has read it.
 *
 * @returns `false` when the password is another one now
 */
export async function rehash(
  tx: Tx,
  vault: Vault,
  { userId, version }: Pick<StoredPassword, 'userId' | 'version'>,
  hash: string,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('password')
    .set({ hash_sealed: vault.seal(contextOf(userId), hash), kind: 'own' })
    .where('user_id', '=', userId)
    .where('version', '=', version)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** Holds the password that was read until the transaction ends. @returns `false` when it is another one now */
export async function hold(tx: Tx, password: Pick<StoredPassword, 'userId' | 'version'>): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('password')
    .set((column) => ({ set_at: column.ref('set_at') }))
    .where('user_id', '=', password.userId)
    .where('version', '=', password.version)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** @returns the hashes that a user had before, the newest first */
export async function listHistory(
  db: Db | Tx,
  vault: Vault,
  userId: string,
  atMost: number,
): Promise<{ readonly hash: string; readonly kind: 'own' }[]> {
  const rows = await db
    .selectFrom('password_history')
    .select(['id', 'hash_sealed'])
    .where('user_id', '=', userId)
    .orderBy('replaced_at', 'desc')
    .limit(atMost)
    .execute()
  return rows.map((row) => ({ hash: vault.open(historyContext(row.id), row.hash_sealed), kind: 'own' }))
}

/** Keeps a hash that was replaced, and no more of them than so many. */
export async function keepInHistory(
  tx: Tx,
  vault: Vault,
  replaced: StoredPassword,
  atMost: number,
  now: number,
): Promise<void> {
  const { userId } = replaced
  if (atMost > 0 && replaced.kind === 'own') {
    const id = randomId()
    await tx
      .insertInto('password_history')
      .values({
        id,
        user_id: userId,
        hash_sealed: vault.seal(historyContext(id), replaced.hash),
        replaced_at: now,
      })
      .execute()
  }
  const kept = await tx
    .selectFrom('password_history')
    .select('id')
    .where('user_id', '=', userId)
    .orderBy('replaced_at', 'desc')
    .limit(atMost)
    .execute()
  await tx
    .deleteFrom('password_history')
    .where('user_id', '=', userId)
    .$if(kept.length > 0, (query) =>
      query.where(
        'id',
        'not in',
        kept.map(({ id }) => id),
      ),
    )
    .execute()
}
