import type { Db, Tx } from '../platform/db/index.ts'

declare module '../platform/db/tables.ts' {
  interface Tables {
    readonly trusted_device: {
      id: string
      token_hash: string
      user_id: string
      client_id: string
      trusted_at: number
      expires_at: number
      ip: string
      /** What the client said of its device, as JSON. */
      device: string
    }
  }
}

/** A device as its user sees it. */
export interface TrustedDevice {
  readonly id: string
  readonly clientId: string
  readonly trustedAt: number
  readonly expiresAt: number
  readonly ip: string
  readonly device: string
}

export async function insert(
  tx: Tx,
  trusted: TrustedDevice & { readonly userId: string; readonly tokenHash: string },
): Promise<void> {
  await tx
    .insertInto('trusted_device')
    .values({
      id: trusted.id,
      token_hash: trusted.tokenHash,
      user_id: trusted.userId,
      client_id: trusted.clientId,
      trusted_at: trusted.trustedAt,
      expires_at: trusted.expiresAt,
      ip: trusted.ip,
      device: trusted.device,
    })
    .execute()
}

/** @returns whether this token says that its user trusts a device at this application */
export async function isTrusted(
  db: Db | Tx,
  token: { readonly tokenHash: string; readonly userId: string; readonly clientId: string },
  now: number,
): Promise<boolean> {
  const row = await db
    .selectFrom('trusted_device')
    .select('id')
    .where('token_hash', '=', token.tokenHash)
    .where('user_id', '=', token.userId)
    .where('client_id', '=', token.clientId)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return row !== undefined
}

/** @returns the devices that a user trusts, oldest first */
export async function listOf(db: Db, userId: string, now: number): Promise<TrustedDevice[]> {
  const rows = await db
    .selectFrom('trusted_device')
    .selectAll()
    .where('user_id', '=', userId)
    .where('expires_at', '>', now)
    .orderBy('trusted_at')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    clientId: row.client_id,
    trustedAt: row.trusted_at,
    expiresAt: row.expires_at,
    ip: row.ip,
    device: row.device,
  }))
}

/** @returns `false` when this user trusts no such device */
export async function end(tx: Tx, userId: string, id: string, now: number): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('trusted_device')
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow()
  return numDeletedRows === 1n
}

/** Whatever a user trusted is new again. @returns how many devices that were */
export async function endAllOf(tx: Tx, userId: string): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('trusted_device')
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}

/**
 * Forgets what is long over. Nothing depends on this.
 *
 * @returns how many were removed
 */
export async function sweep(db: Db, endedBefore: number, atMost: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('trusted_device')
    .where('id', 'in', (old) =>
      old.selectFrom('trusted_device').select('id').where('expires_at', '<', endedBefore).limit(atMost),
    )
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}
