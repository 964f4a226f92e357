import type { Db, Tx } from '../../platform/db/index.ts'
import type { SealedColumn } from '../../platform/vault/sealed-column.ts'

declare module '../../platform/db/tables.ts' {
  interface Tables {
    readonly access_token: {
      connection_id: string
      /** Null before the first one and after WeChat has refused one. */
      token_sealed: string | null
      /** 0 without a token. */
      expires_at: number
      /** One caller fetches until then; 0 when nobody does. */
      fetching_until: number
    }
  }
}

export const sealedColumns = [
  {
    table: 'access_token',
    column: 'token_sealed',
    key: ['connection_id'],
    context: ({ connection_id: connectionId }) => sealContext(connectionId),
  },
] as const satisfies readonly SealedColumn<'connection_id'>[]

/** Where the access token of a connection stands. */
export function sealContext(connectionId: string): string {
  return `access_token ${connectionId}`
}

/** An access token as it is kept: unreadable without the vault. */
export interface KeptToken {
  readonly sealed: string
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number
}

export async function find(db: Db, connectionId: string): Promise<KeptToken | undefined> {
  const row = await db
    .selectFrom('access_token')
    .select(['token_sealed', 'expires_at'])
    .where('connection_id', '=', connectionId)
    .executeTakeFirst()
  if (row === undefined || row.token_sealed === null) return undefined
  return { sealed: row.token_sealed, expiresAt: row.expires_at }
}

/**
 * Claims the right to fetch the next token, by one statement.
 *
 * @param until when the others need wait no longer; no two claims of a connection ever have the same
 * @param unlessGoodUntil a token that is good beyond this needs no successor
 * @returns `false` when somebody else fetches, or has fetched
 */
export async function claimFetch(
  db: Db,
  connectionId: string,
  until: number,
  unlessGoodUntil: number,
  now: number,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('access_token')
    .values({ connection_id: connectionId, token_sealed: null, expires_at: 0, fetching_until: until })
    .onConflict((conflict) =>
      conflict
        .column('connection_id')
        .doUpdateSet({ fetching_until: until })
        .where('access_token.fetching_until', '<=', now)
        .where('access_token.expires_at', '<=', unlessGoodUntil),
    )
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/** Keeps what was fetched under a claim, and ends the claim. One that was overtaken keeps nothing. */
export async function keep(
  db: Db,
  connectionId: string,
  claimedUntil: number,
  token: KeptToken,
): Promise<void> {
  await db
    .updateTable('access_token')
    .set({ token_sealed: token.sealed, expires_at: token.expiresAt, fetching_until: 0 })
    .where('connection_id', '=', connectionId)
    .where('fetching_until', '=', claimedUntil)
    .execute()
}

/** Ends a claim under which nothing could be fetched, so that the next caller may try at once. */
export async function endClaim(db: Db, connectionId: string, claimedUntil: number): Promise<void> {
  await db
    .updateTable('access_token')
    .set({ fetching_until: 0 })
    .where('connection_id', '=', connectionId)
    .where('fetching_until', '=', claimedUntil)
    .execute()
}

/** Forgets a token that WeChat has refused, unless another has taken its place. */
export async function drop(db: Db, connectionId: string, sealed: string): Promise<void> {
  await db
    .updateTable('access_token')
    .set({ token_sealed: null, expires_at: 0 })
    .where('connection_id', '=', connectionId)
    // No two ciphertexts are alike, not even of one token.
    .where('token_sealed', '=', sealed)
    .execute()
}

/** Forgets the token of a connection, whoever fetches one: it is about to be that of another mini program. */
export async function forget(tx: Tx, connectionId: string): Promise<void> {
  await tx.deleteFrom('access_token').where('connection_id', '=', connectionId).execute()
}
