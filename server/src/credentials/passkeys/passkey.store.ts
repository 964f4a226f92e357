import { sql } from 'kysely'
import { z } from 'zod'
import { type Db, statement, type Tx, type Values } from '../../platform/db/index.ts'
import type { SealedColumn } from '../../platform/vault/sealed-column.ts'
import type { Vault } from '../../platform/vault/vault.ts'

declare module '../../platform/db/tables.ts' {
  interface Tables {
    readonly passkey: {
      id: string
      user_id: string
      credential_id: string
      public_key: string
      name_sealed: string
      sign_count: number
      backed_up: number
      device_type: string
      transports: string
      created_at: number
      last_used_at: number | null
    }
  }
}

export const sealedColumns = [
  { table: 'passkey', column: 'name_sealed', key: ['id'], context: ({ id }) => contextOf(id) },
] as const satisfies readonly SealedColumn<'id'>[]

function contextOf(id: string): string {
  return `passkey ${id}`
}

const deviceType = z.enum(['singleDevice', 'multiDevice'])
const transports = z.array(z.string())

/** What is known of a passkey from the authenticator that holds it. */
export interface PasskeyKey {
  /** The authenticator's own id of it, base64url. */
  readonly credentialId: string
  /** COSE, base64url. */
  readonly publicKey: string
  /** How often it was used, as the authenticator counts; 0 where it does not. */
  readonly signCount: number
  /** Whether a copy of it exists elsewhere. */
  readonly isBackedUp: boolean
  /** Whether it can be copied at all. */
  readonly deviceType: z.infer<typeof deviceType>
  readonly transports: readonly string[]
}

/** A passkey as its user sees it. */
export interface ListedPasskey extends Pick<
  PasskeyKey,
  'credentialId' | 'isBackedUp' | 'deviceType' | 'transports'
> {
  readonly id: string
  readonly name: string
  /** Milliseconds since the Unix epoch, as is everything here. */
  readonly createdAt: number
  readonly lastUsedAt: number | undefined
}

/** @returns those of a user, the oldest first */
export async function listOf(db: Db | Tx, vault: Vault, userId: string): Promise<ListedPasskey[]> {
  const rows = await db
    .selectFrom('passkey')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    credentialId: row.credential_id,
    name: vault.open(contextOf(row.id), row.name_sealed),
    isBackedUp: row.backed_up === 1,
    deviceType: deviceType.parse(row.device_type),
    transports: transports.parse(JSON.parse(row.transports)),
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at ?? undefined,
  }))
}

const findOneOf = statement((db, value: Values<{ userId: string }>) =>
  db.selectFrom('passkey').select('id').where('user_id', '=', value.userId).limit(sql.lit(1)),
)

export async function hasAny(db: Db | Tx, userId: string): Promise<boolean> {
  return (await findOneOf.first(db, { userId })) !== undefined
}

export async function count(tx: Tx, userId: string): Promise<number> {
  const { rows } = await tx
    .selectFrom('passkey')
    .select((column) => column.fn.countAll<number>().as('rows'))
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow()
  return rows
}

export interface FoundPasskey {
  readonly id: string
  readonly userId: string
  readonly publicKey: string
}

export async function findByCredentialId(
  db: Db | Tx,
  credentialId: string,
): Promise<FoundPasskey | undefined> {
  const row = await db
    .selectFrom('passkey')
    .select(['id', 'user_id', 'public_key'])
    .where('credential_id', '=', credentialId)
    .executeTakeFirst()
  return row && { id: row.id, userId: row.user_id, publicKey: row.public_key }
}

/** @returns `false` when it is somebody's already */
export async function insert(
  tx: Tx,
  vault: Vault,
  passkey: PasskeyKey & { readonly id: string; readonly userId: string; readonly name: string },
  now: number,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('passkey')
    .values({
      id: passkey.id,
      user_id: passkey.userId,
      credential_id: passkey.credentialId,
      public_key: passkey.publicKey,
      name_sealed: vault.seal(contextOf(passkey.id), passkey.name),
      sign_count: passkey.signCount,
      backed_up: passkey.isBackedUp ? 1 : 0,
      device_type: passkey.deviceType,
      transports: JSON.stringify(passkey.transports),
      created_at: now,
      last_used_at: null,
    })
    .onConflict((conflict) => conflict.column('credential_id').doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/**
 * Keeps what an authenticator said at a use.
 *
 * @returns `false` when its count has not grown, though it counts, or when there is no such passkey any more
 * @see Web Authentication, section 6.1.1: a count that does not grow hints at a copy
 */
export async function recordUse(
  tx: Tx,
  id: string,
  use: Pick<PasskeyKey, 'signCount' | 'isBackedUp'>,
  now: number,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('passkey')
    .set({ sign_count: use.signCount, backed_up: use.isBackedUp ? 1 : 0, last_used_at: now })
    .where('id', '=', id)
    .where((row) => row.or([row('sign_count', '=', 0), row('sign_count', '<', use.signCount)]))
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

export async function exists(db: Db | Tx, id: string): Promise<boolean> {
  const row = await db.selectFrom('passkey').select('id').where('id', '=', id).executeTakeFirst()
  return row !== undefined
}

/** @returns `false` when this user has no such passkey */
export async function rename(
  tx: Tx,
  vault: Vault,
  key: { readonly id: string; readonly userId: string },
  name: string,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('passkey')
    .set({ name_sealed: vault.seal(contextOf(key.id), name) })
    .where('id', '=', key.id)
    .where('user_id', '=', key.userId)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** @returns `false` when this user has no such passkey */
export async function remove(
  tx: Tx,
  key: { readonly id: string; readonly userId: string },
): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('passkey')
    .where('id', '=', key.id)
    .where('user_id', '=', key.userId)
    .executeTakeFirstOrThrow()
  return numDeletedRows === 1n
}

/** @returns how many there were */
export async function removeAllOf(tx: Tx, userId: string): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('passkey')
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}
