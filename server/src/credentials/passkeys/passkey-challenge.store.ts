import type { Db } from '../../platform/db/index.ts'

declare module '../../platform/db/tables.ts' {
  interface Tables {
    readonly passkey_challenge: {
      challenge_hash: string
      purpose: string
      client_id: string
      user_id: string | null
      sign_in_id: string | null
      expires_at: number
      used_at: number | null
    }
  }
}

/** What a challenge is for. One that was given out for another ceremony is good for nothing in this one. */
export interface Ceremony {
  readonly purpose: 'enrol' | 'sign_in' | 'second_factor'
  readonly clientId: string
  /** Absent where nobody has said yet who he is. */
  readonly userId?: string | undefined
  /** The sign-in that waits for it, if one does. */
  readonly signInId?: string | undefined
}

export async function insert(
  db: Db,
  challengeHash: string,
  ceremony: Ceremony,
  expiresAt: number,
): Promise<void> {
  await db
    .insertInto('passkey_challenge')
    .values({
      challenge_hash: challengeHash,
      purpose: ceremony.purpose,
      client_id: ceremony.clientId,
      user_id: ceremony.userId ?? null,
      sign_in_id: ceremony.signInId ?? null,
      expires_at: expiresAt,
      used_at: null,
    })
    .execute()
}

/**
 * Uses a challenge, once.
 *
 * @returns `false` when it is unknown, of another ceremony, expired, or was used
 */
export async function use(db: Db, challengeHash: string, ceremony: Ceremony, now: number): Promise<boolean> {
  const { userId, signInId } = ceremony
  const { numUpdatedRows } = await db
    .updateTable('passkey_challenge')
    .set({ used_at: now })
    .where('challenge_hash', '=', challengeHash)
    .where('purpose', '=', ceremony.purpose)
    .where('client_id', '=', ceremony.clientId)
    .where((row) => (userId === undefined ? row('user_id', 'is', null) : row('user_id', '=', userId)))
    .where((row) =>
      signInId === undefined ? row('sign_in_id', 'is', null) : row('sign_in_id', '=', signInId),
    )
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/**
 * Forgets challenges that have expired. Nothing depends on this: a challenge's end is checked when it is used.
 *
 * @returns how many were removed
 */
export async function sweep(db: Db, now: number, atMost: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('passkey_challenge')
    .where('challenge_hash', 'in', (old) =>
      old
        .selectFrom('passkey_challenge')
        .select('challenge_hash')
        .where('expires_at', '<=', now)
        .limit(atMost),
    )
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}
