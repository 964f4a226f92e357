import { type Db, statement, type Tx, type Values } from '../platform/db/index.ts'

declare module '../platform/db/tables.ts' {
  interface Tables {
    readonly session: {
      id: string
      /** Its moment and its hash, see `storedToken`. */
      token_hash: string
      /** The token before the last renewal, good a little longer because mobile clients lose answers. */
      replaced_token_hash: string | null
      replaced_until: number | null
      user_id: string
      client_id: string
      sign_in_id: string
      /** What opened it; removed with it. Null when no identity did. */
      identity_id: string | null
      /** When a second factor was passed on the way in; null when none was. */
      second_factor_at: number | null
      opened_at: number
      expires_at: number
      ended_at: number | null
      ip: string
      device: string
    }
  }
}

export interface NewSession {
  readonly id: string
  readonly tokenHash: string
  readonly userId: string
  readonly clientId: string
  readonly signInId: string
  readonly identityId: string | undefined
  readonly secondFactorAt: number | undefined
  readonly openedAt: number
  readonly expiresAt: number
  readonly ip: string
  /** What the client said of its device, as JSON. */
  readonly device: string
}

/** A session that has not ended and not expired. */
export interface LiveSession {
  readonly id: string
  readonly userId: string
  /** That which opened it. */
  readonly signInId: string
  readonly tokenHash: string
  /** When a second factor was passed on the way in. */
  readonly secondFactorAt: number | undefined
  readonly openedAt: number
  readonly expiresAt: number
}

/** A live session as its user sees it. */
export interface ListedSession extends Pick<LiveSession, 'id' | 'openedAt' | 'expiresAt'> {
  readonly clientId: string
  readonly ip: string
  /** What the client said of its device, as JSON. */
  readonly device: string
}

interface NewRow extends Omit<NewSession, 'identityId' | 'secondFactorAt'> {
  readonly identityId: string | null
  readonly secondFactorAt: number | null
}

const insertOne = statement((db, value: Values<NewRow>) =>
  db.insertInto('session').values({
    id: value.id,
    token_hash: value.tokenHash,
    replaced_token_hash: null,
    replaced_until: null,
    user_id: value.userId,
    client_id: value.clientId,
    sign_in_id: value.signInId,
    identity_id: value.identityId,
    second_factor_at: value.secondFactorAt,
    opened_at: value.openedAt,
    expires_at: value.expiresAt,
    ended_at: null,
    ip: value.ip,
    device: value.device,
  }),
)

export async function insert(tx: Tx, session: NewSession): Promise<void> {
  const { identityId = null, secondFactorAt = null } = session
  await insertOne.later(tx, { ...session, identityId, secondFactorAt })
}

interface TokenKey {
  readonly stored: string
  readonly earlierForm: string
  readonly clientId: string
  readonly now: number
}

const findByStored = statement((db, value: Values<TokenKey>) =>
  live(db, value).where((where) =>
    where.or([
      where('token_hash', 'in', [value.stored, value.earlierForm]),
      where.and([
        where('replaced_token_hash', 'in', [value.stored, value.earlierForm]),
        where('replaced_until', '>', value.now),
      ]),
    ]),
  ),
)

/** Finds the session of a token, or of the token that it has just replaced. */
export async function findByToken(
  db: Db | Tx,
  [stored, earlierForm]: readonly [string, string],
  clientId: string,
  now: number,
): Promise<LiveSession | undefined> {
  const row = await findByStored.first(db, { stored, earlierForm, clientId, now })
  return row && sessionOf(row)
}

const findOne = statement((db, value: Values<{ id: string; clientId: string; now: number }>) =>
  live(db, value).where('id', '=', value.id),
)

export async function findById(
  db: Db | Tx,
  sessionId: string,
  clientId: string,
  now: number,
): Promise<LiveSession | undefined> {
  const row = await findOne.first(db, { id: sessionId, clientId, now })
  return row && sessionOf(row)
}

/** @returns the live sessions of a user at every application, oldest first */
export async function listOf(db: Db, userId: string, now: number): Promise<ListedSession[]> {
  const rows = await db
    .selectFrom('session')
    .select(['id', 'client_id', 'opened_at', 'expires_at', 'ip', 'device'])
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .orderBy('opened_at')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    clientId: row.client_id,
    openedAt: row.opened_at,
    expiresAt: row.expires_at,
    ip: row.ip,
    device: row.device,
  }))
}

/** @returns whether an application has sessions, ended ones that are still kept included */
export async function hasAny(tx: Tx, clientId: string): Promise<boolean> {
  const row = await tx
    .selectFrom('session')
    .select('id')
    .where('client_id', '=', clientId)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/**
 * Gives a session its next token.
 *
 * @returns `false` when another request did so first
 */
export async function replaceToken(
  db: Db,
  renewal: {
    readonly sessionId: string
    readonly oldTokenHash: string
    readonly newTokenHash: string
    readonly oldTokenUntil: number
    readonly expiresAt: number
  },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('session')
    .set({
      token_hash: renewal.newTokenHash,
      replaced_token_hash: renewal.oldTokenHash,
      replaced_until: renewal.oldTokenUntil,
      expires_at: renewal.expiresAt,
    })
    .where('id', '=', renewal.sessionId)
    .where('token_hash', '=', renewal.oldTokenHash)
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/**
 * Holds a session that is alive, with its user: until the transaction ends nobody ends it.
 *
 * @returns `false` when it has ended since it was found
 */
export async function hold(tx: Tx, sessionId: string, now: number): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('session')
    .set((column) => ({ expires_at: column.ref('expires_at') }))
    .where('id', '=', sessionId)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

function live(db: Db | Tx, value: Values<{ clientId: string; now: number }>) {
  return db
    .selectFrom('session')
    .select(['id', 'user_id', 'sign_in_id', 'token_hash', 'second_factor_at', 'opened_at', 'expires_at'])
    .where('client_id', '=', value.clientId)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', value.now)
}

function sessionOf(row: {
  id: string
  user_id: string
  sign_in_id: string
  token_hash: string
  second_factor_at: number | null
  opened_at: number
  expires_at: number
}): LiveSession {
  return {
    id: row.id,
    userId: row.user_id,
    signInId: row.sign_in_id,
    tokenHash: row.token_hash,
    secondFactorAt: row.second_factor_at ?? undefined,
    openedAt: row.opened_at,
    expiresAt: row.expires_at,
  }
}
