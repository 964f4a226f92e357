import type { Db, Tx } from '../platform/db/index.ts'
import type { SealedColumn } from '../platform/vault/sealed-column.ts'

declare module '../platform/db/tables.ts' {
  interface Tables {
    readonly signing_key: {
      kid: string
      algorithm: string
      /** 1 is the first key of its algorithm. One key for each, by a unique index. */
      generation: number
      /** It signs from here on, until the one of the next generation does. */
      active_from: number
      /** An application's tokens of earlier settings live until then. */
      needed_until: number
      public_jwk: string
      /** Null once nothing signs with it any more. */
      private_jwk_sealed: string | null
      created_at: number
    }
  }
}

export const sealedColumns = [
  {
    table: 'signing_key',
    column: 'private_jwk_sealed',
    key: ['kid'],
    context: ({ kid }) => sealContext(kid),
  },
] as const satisfies readonly SealedColumn<'kid'>[]

/** Where the private part of a key stands. */
export function sealContext(kid: string): string {
  return `signing_key ${kid}`
}

export interface StoredSigningKey {
  readonly kid: string
  readonly algorithm: string
  readonly generation: number
  readonly activeFrom: number
  readonly neededUntil: number
  readonly publicJwk: string
  /** Absent once nothing signs with it any more. */
  readonly privateJwkSealed: string | undefined
}

/** @returns every key, those of one algorithm in the order in which they sign */
export async function list(db: Db | Tx): Promise<StoredSigningKey[]> {
  const rows = await db
    .selectFrom('signing_key')
    .selectAll()
    .orderBy('algorithm')
    .orderBy('generation')
    .execute()
  return rows.map((row) => ({
    kid: row.kid,
    algorithm: row.algorithm,
    generation: row.generation,
    activeFrom: row.active_from,
    neededUntil: row.needed_until,
    publicJwk: row.public_jwk,
    privateJwkSealed: row.private_jwk_sealed ?? undefined,
  }))
}

/**
 * Adds a key.
 *
 * @returns `false` when another process has just added the one of that generation
 */
export async function add(db: Db | Tx, key: StoredSigningKey, now: number): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('signing_key')
    .values({
      kid: key.kid,
      algorithm: key.algorithm,
      generation: key.generation,
      active_from: key.activeFrom,
      needed_until: key.neededUntil,
      public_jwk: key.publicJwk,
      private_jwk_sealed: key.privateJwkSealed ?? null,
      created_at: now,
    })
    .onConflict((conflict) => conflict.columns(['algorithm', 'generation']).doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/** Keeps the keys of an algorithm published at least until then. */
export async function keepUntil(db: Db | Tx, algorithm: string, until: number): Promise<void> {
  await db
    .updateTable('signing_key')
    .set({ needed_until: until })
    .where('algorithm', '=', algorithm)
    .where('needed_until', '<', until)
    .execute()
}

/** Forgets the private parts of these keys; their public parts stay. */
export async function forgetPrivateParts(db: Db, kids: readonly string[]): Promise<void> {
  if (kids.length === 0) return
  await db
    .updateTable('signing_key')
    .set({ private_jwk_sealed: null })
    .where('kid', 'in', kids)
    .where('private_jwk_sealed', 'is not', null)
    .execute()
}

export async function remove(db: Db | Tx, kids: readonly string[]): Promise<void> {
  if (kids.length === 0) return
  await db.deleteFrom('signing_key').where('kid', 'in', kids).execute()
}
