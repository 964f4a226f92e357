import type { Db, Tx } from '../platform/db/index.ts'
import { objectId } from '../platform/object-id.ts'

declare module '../platform/db/tables.ts' {
  interface Tables {
    readonly identity: {
      id: string
      connection_id: string
      subject: string
      open_platform: string | null
      union_subject: string | null
      user_id: string
      /** The user again where the connection refuses a second identity, else null; unique with the connection. */
      sole_of_user_id: string | null
      bound_at: number
    }
  }
}

/** A person as a source vouches for him. */
export interface ProvenIdentity {
  readonly connectionId: string
  /** The source's own id for the person. */
  readonly subject: string
  /** The id that he has at all mini programs of one open-platform account. */
  readonly union: { readonly openPlatform: string; readonly subject: string } | undefined
}

/** Names what only one transaction at a time may decide about: whose this identity is, and its person's. */
export function turnsOf(identity: ProvenIdentity): string[] {
  const { connectionId, subject, union } = identity
  return [
    `identity ${connectionId} ${subject}`,
    ...(union === undefined ? [] : [`person ${union.openPlatform} ${union.subject}`]),
  ]
}

/** @returns the user to whom this very identity is bound */
export async function findUserId(db: Db | Tx, identity: ProvenIdentity): Promise<string | undefined> {
  const row = await db
    .selectFrom('identity')
    .select('user_id')
    .where('connection_id', '=', identity.connectionId)
    .where('subject', '=', identity.subject)
    .executeTakeFirst()
  return row?.user_id
}

/** @returns the users to whom an identity of the same open-platform person is bound; more than one is a conflict */
export async function listUnionUserIds(
  db: Db | Tx,
  union: NonNullable<ProvenIdentity['union']>,
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('identity')
    .select('user_id')
    .distinct()
    .where('open_platform', '=', union.openPlatform)
    .where('union_subject', '=', union.subject)
    .execute()
  return rows.map((row) => row.user_id)
}

/** @returns the identities of a user, oldest first */
export async function listOf(
  db: Db,
  userId: string,
): Promise<{ readonly connectionId: string; readonly subject: string; readonly boundAt: number }[]> {
  const rows = await db
    .selectFrom('identity')
    .select(['connection_id', 'subject', 'bound_at'])
    .where('user_id', '=', userId)
    .orderBy('bound_at')
    .execute()
  return rows.map((row) => ({ connectionId: row.connection_id, subject: row.subject, boundAt: row.bound_at }))
}

/** Notes the open-platform id of an identity that was bound before the source gave one. */
export async function learnUnion(tx: Tx, identity: ProvenIdentity): Promise<void> {
  if (identity.union === undefined) return
  await tx
    .updateTable('identity')
    .set({ open_platform: identity.union.openPlatform, union_subject: identity.union.subject })
    .where('connection_id', '=', identity.connectionId)
    .where('subject', '=', identity.subject)
    .where('union_subject', 'is', null)
    .execute()
}

/** @returns whether the user has an identity of this connection */
export async function hasIdentityOf(db: Db | Tx, userId: string, connectionId: string): Promise<boolean> {
  const row = await db
    .selectFrom('identity')
    .select('id')
    .where('user_id', '=', userId)
    .where('connection_id', '=', connectionId)
    .executeTakeFirst()
  return row !== undefined
}

/**
 * Binds an identity to a user.
 *
 * @param isSole the connection refuses a second identity
 * @returns `false` when a unique index says no: the identity is bound already, or the user has one that is sole
 */
export async function insert(
  tx: Tx,
  identity: ProvenIdentity,
  user: { readonly id: string; readonly isSole: boolean },
  now: number,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('identity')
    .values({
      id: objectId(now),
      connection_id: identity.connectionId,
      subject: identity.subject,
      open_platform: identity.union?.openPlatform ?? null,
      union_subject: identity.union?.subject ?? null,
      user_id: user.id,
      sole_of_user_id: user.isSole ? user.id : null,
      bound_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}
