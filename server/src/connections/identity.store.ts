import { type Db, keepRows, statement, type Tx, type Values } from '../platform/db/index.ts'
import { objectId } from '../platform/object-id.ts'
import { connectionKind, type ConnectionKind } from './connection.store.ts'

declare module '../platform/db/tables.ts' {
  interface Tables {
    readonly identity: {
      id: string
      connection_id: string
      subject: string
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
  /**
   * The id that he has at all mini programs of one open-platform account. It leads from one connection to
   * another only where both are in one group, as they are configured at that moment.
   */
  readonly unionSubject: string | undefined
}

/** An identity and whose it is. */
export interface BoundIdentity extends ProvenIdentity {
  readonly id: string
  readonly userId: string
  readonly kind: ConnectionKind
  readonly boundAt: number
  /** Its connection is switched on for some application, so that he can sign in with it. */
  readonly isSwitchedOn: boolean
}

/** Names what only one transaction at a time may decide about: whose this identity is, and its person's. */
export function turnsOf({ connectionId, subject, unionSubject }: ProvenIdentity): string[] {
  return [
    `identity ${connectionId} ${subject}`,
    ...(unionSubject === undefined ? [] : [`person ${unionSubject}`]),
  ]
}

const findBoundOne = statement((db, value: Values<{ connectionId: string; subject: string }>) =>
  db
    .selectFrom('identity')
    .select(['id', 'user_id'])
    .where('connection_id', '=', value.connectionId)
    .where('subject', '=', value.subject)
    .$call(keepRows(db)),
)

/** Finds the user to whom this very identity is bound; it stays bound until the transaction ends. */
export async function findBound(
  tx: Tx,
  identity: ProvenIdentity,
): Promise<{ readonly id: string; readonly userId: string } | undefined> {
  const { connectionId, subject } = identity
  const row = await findBoundOne.first(tx, { connectionId, subject })
  return row && { id: row.id, userId: row.user_id }
}

const listUsersOfPerson = statement((db, value: Values<{ connectionId: string; unionSubject: string }>) =>
  db
    .selectFrom('identity')
    .innerJoin('connection', 'connection.id', 'identity.connection_id')
    .select('identity.user_id')
    .distinct()
    .where('identity.union_subject', '=', value.unionSubject)
    .where('connection.open_platform', '=', (own) =>
      own
        .selectFrom('connection as own')
        .select('own.open_platform')
        .where('own.id', '=', value.connectionId),
    ),
)

/**
 * @returns the users to whom an identity of the same open-platform person is bound, through any connection that
 *   is now in one group with his; more than one is a conflict
 */
export async function listUnionUserIds(tx: Tx, identity: ProvenIdentity): Promise<readonly string[]> {
  const { connectionId, unionSubject } = identity
  if (unionSubject === undefined) return []
  const rows = await listUsersOfPerson.all(tx, { connectionId, unionSubject })
  return rows.map((row) => row.user_id)
}

/** @returns the identities of a user, oldest first */
export async function listOf(db: Db | Tx, userId: string): Promise<BoundIdentity[]> {
  const rows = await db
    .selectFrom('identity')
    .innerJoin('connection', 'connection.id', 'identity.connection_id')
    .select(['identity.id', 'identity.connection_id', 'identity.subject', 'identity.union_subject'])
    .select(['identity.user_id', 'identity.bound_at', 'connection.kind', 'connection.disabled_at'])
    .select((row) =>
      row
        .selectFrom('connection_application')
        .whereRef('connection_application.connection_id', '=', 'identity.connection_id')
        .select((all) => all.fn.countAll<number>().as('number'))
        .as('applications'),
    )
    .where('identity.user_id', '=', userId)
    .orderBy('identity.bound_at')
    .orderBy('identity.id')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    connectionId: row.connection_id,
    kind: connectionKind.parse(row.kind),
    subject: row.subject,
    unionSubject: row.union_subject ?? undefined,
    userId: row.user_id,
    boundAt: row.bound_at,
    isSwitchedOn: row.disabled_at === null && (row.applications ?? 0) > 0,
  }))
}

const setUnion = statement(
  (db, value: Values<{ connectionId: string; subject: string; unionSubject: string }>) =>
    db
      .updateTable('identity')
      .set({ union_subject: value.unionSubject })
      .where('connection_id', '=', value.connectionId)
      .where('subject', '=', value.subject)
      .where((where) =>
        where.or([where('union_subject', 'is', null), where('union_subject', '!=', value.unionSubject)]),
      ),
)

/** Notes the open-platform id of an identity: the source gave none before, or its account is another now. */
export async function learnUnion(tx: Tx, identity: ProvenIdentity): Promise<void> {
  const { connectionId, subject, unionSubject } = identity
  if (unionSubject !== undefined) await setUnion.later(tx, { connectionId, subject, unionSubject })
}

const findOneOf = statement((db, value: Values<{ userId: string; connectionId: string }>) =>
  db
    .selectFrom('identity')
    .select('id')
    .where('user_id', '=', value.userId)
    .where('connection_id', '=', value.connectionId),
)

/** @returns whether the user has an identity of this connection */
export async function hasIdentityOf(db: Db | Tx, userId: string, connectionId: string): Promise<boolean> {
  return (await findOneOf.first(db, { userId, connectionId })) !== undefined
}

/** @returns whether anybody is bound by this connection */
export async function hasIdentities(tx: Tx, connectionId: string): Promise<boolean> {
  const row = await tx
    .selectFrom('identity')
    .select('id')
    .where('connection_id', '=', connectionId)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** What sign-ins have shown of the open-platform ids of one connection's people. */
export interface UnionEvidence {
  readonly people: number
  readonly withUnion: number
  /** Whether the newest had one; `undefined` without anybody. */
  readonly hasNewestUnion: boolean | undefined
}

/** Enough to tell, and few enough to be read at once. */
const MAX_LOOKED_AT = 1_000

/** @returns what the identities show that were bound by this connection last */
export async function unionEvidenceOf(db: Db, connectionId: string): Promise<UnionEvidence> {
  // Ids begin with their time, so this needs no order of its own.
  const rows = await db
    .selectFrom('identity')
    .select('union_subject')
    .where('connection_id', '=', connectionId)
    .orderBy('id', 'desc')
    .limit(MAX_LOOKED_AT)
    .execute()
  const [newest] = rows
  return {
    people: rows.length,
    withUnion: rows.filter(({ union_subject }) => union_subject !== null).length,
    hasNewestUnion: newest && newest.union_subject !== null,
  }
}

interface NewRow {
  readonly id: string
  readonly connectionId: string
  readonly subject: string
  readonly unionSubject: string | null
  readonly userId: string
  readonly soleOfUserId: string | null
  readonly boundAt: number
}

const insertOne = statement((db, value: Values<NewRow>) =>
  db.insertInto('identity').values({
    id: value.id,
    connection_id: value.connectionId,
    subject: value.subject,
    union_subject: value.unionSubject,
    user_id: value.userId,
    sole_of_user_id: value.soleOfUserId,
    bound_at: value.boundAt,
  }),
)

/**
 * Binds an identity to a user. Nothing may stand against it that can be seen; where somebody is faster, a unique index
 * says no, and the transaction is run again.
 *
 * @param isSole the connection refuses a second identity
 * @returns its id
 */
export async function insert(
  tx: Tx,
  identity: ProvenIdentity,
  user: { readonly id: string; readonly isSole: boolean },
  now: number,
): Promise<string> {
  const id = objectId(now)
  const { connectionId, subject, unionSubject = null } = identity
  const soleOfUserId = user.isSole ? user.id : null
  await insertOne.later(tx, {
    id,
    connectionId,
    subject,
    unionSubject,
    userId: user.id,
    soleOfUserId,
    boundAt: now,
  })
  return id
}

/**
 * Removes an identity with the sessions that it opened (by foreign key).
 *
 * @returns `false` when it was gone already
 */
export async function remove(tx: Tx, identityId: string): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('identity')
    .where('id', '=', identityId)
    .executeTakeFirstOrThrow()
  return numDeletedRows === 1n
}
