import type { Db } from '../platform/db/index.ts'

declare module '../platform/db/tables.ts' {
  interface Tables {
    readonly signing_key: {
      kid: string
      algorithm: string
      /** `active`: the one that signs. At most one per algorithm, by a unique index. */
      state: string
      public_jwk: string
      /** Sealed. */
      private_jwk: string
      created_at: number
    }
  }
}

export interface StoredSigningKey {
  readonly kid: string
  readonly algorithm: string
  readonly publicJwk: string
  readonly privateJwkSealed: string
}

/** @returns every key, oldest first */
export async function list(db: Db): Promise<StoredSigningKey[]> {
  const rows = await db.selectFrom('signing_key').selectAll().orderBy('created_at').execute()
  return rows.map((row) => ({
    kid: row.kid,
    algorithm: row.algorithm,
    publicJwk: row.public_jwk,
    privateJwkSealed: row.private_jwk,
  }))
}

/** Adds the active key of its algorithm, unless another process has just added one. */
export async function addActive(db: Db, key: StoredSigningKey, now: number): Promise<void> {
  await db
    .insertInto('signing_key')
    .values({
      kid: key.kid,
      algorithm: key.algorithm,
      state: 'active',
      public_jwk: key.publicJwk,
      private_jwk: key.privateJwkSealed,
      created_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
