import type { ProvenIdentity } from '../connections/index.ts'
import { type Db, statement, type Tx, type Values } from '../platform/db/index.ts'
import {
  rowOf,
  type Waits,
  type WaitsForAddress,
  type WaitsForPassword,
  type WaitsForSecondFactor,
  type WaitsRow,
  waitsOf,
} from './waits.ts'

declare module '../platform/db/tables.ts' {
  interface Tables {
    readonly sign_in: WaitsRow & {
      id: string
      client_id: string
      state_token_hash: string
      /** Proofs that were tried on it. */
      tries: number
      opened_at: number
      expires_at: number
      completed_at: number | null
      /** Ended without success: its identity was bound by another sign-in, or unbound. */
      ended_at: number | null
      ip: string
      device: string
    }
  }
}

interface SignInRow {
  readonly id: string
  readonly clientId: string
  readonly expiresAt: number
  /** Of the one token that continues it. */
  readonly stateTokenHash: string
}

export type BindingSignIn = SignInRow & WaitsForAddress
export type PasswordSignIn = SignInRow & WaitsForPassword
export type SecondFactorSignIn = SignInRow & WaitsForSecondFactor

/** A sign-in that waits for a further proof. */
export type OpenSignIn = BindingSignIn | PasswordSignIn | SecondFactorSignIn

export interface NewSignIn extends SignInRow {
  readonly waits: Waits
  readonly openedAt: number
  readonly ip: string
  readonly device: string
}

const insertOne = statement((db, value: Values<WaitsRow & Omit<NewSignIn, 'waits'>>) =>
  db.insertInto('sign_in').values({
    id: value.id,
    client_id: value.clientId,
    status: value.status,
    connection_id: value.connection_id,
    subject: value.subject,
    union_subject: value.union_subject,
    user_id: value.user_id,
    effect: value.effect,
    proved_channel: value.proved_channel,
    second_factor_at: value.second_factor_at,
    state_token_hash: value.stateTokenHash,
    tries: 0,
    opened_at: value.openedAt,
    expires_at: value.expiresAt,
    completed_at: null,
    ended_at: null,
    ip: value.ip,
    device: value.device,
  }),
)

export async function insert(db: Db | Tx, { waits, ...signIn }: NewSignIn): Promise<void> {
  await insertOne.later(db, { ...rowOf(waits), ...signIn })
}

/** By what a sign-in is found whose state token somebody shows. */
export interface Key {
  readonly id: string
  readonly clientId: string
  readonly stateTokenHash: string
}

const findOpenOne = statement((db, value: Values<Key & { now: number }>) =>
  db
    .selectFrom('sign_in')
    .select([
      'id',
      'client_id',
      'connection_id',
      'subject',
      'union_subject',
      'user_id',
      'effect',
      'proved_channel',
      'second_factor_at',
      'status',
      'expires_at',
    ])
    .where('id', '=', value.id)
    .where('client_id', '=', value.clientId)
    .where('state_token_hash', '=', value.stateTokenHash)
    .where('completed_at', 'is', null)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', value.now),
)

/** Finds the open sign-in that this state token continues now: a token that was replaced finds nothing. */
export async function findOpen(db: Db | Tx, key: Key, now: number): Promise<OpenSignIn | undefined> {
  const row = await findOpenOne.first(db, { ...key, now })
  return (
    row && {
      id: row.id,
      clientId: row.client_id,
      ...waitsOf(row),
      expiresAt: row.expires_at,
      stateTokenHash: key.stateTokenHash,
    }
  )
}

/** @returns whether the newest sign-in by this connection that is still kept came with an open-platform id */
export async function findNewestUnion(db: Db, connectionId: string): Promise<boolean | undefined> {
  const row = await db
    .selectFrom('sign_in')
    .select('union_subject')
    .where('connection_id', '=', connectionId)
    .orderBy('expires_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && row.union_subject !== null
}

const holdOne = statement((db, value: Values<{ id: string; stateTokenHash: string; now: number }>) =>
  db
    .updateTable('sign_in')
    .set((column) => ({ tries: column('tries', '+', 1) }))
    .where('id', '=', value.id)
    .where('state_token_hash', '=', value.stateTokenHash)
    .where('completed_at', 'is', null)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', value.now),
)

/**
 * Holds a sign-in for one proof: until the transaction ends no other request can try on it.
 *
 * @returns `false` when it was completed or ended since it was found, or another token continues it
 */
export async function hold(tx: Tx, signIn: OpenSignIn, now: number): Promise<boolean> {
  const { id, stateTokenHash } = signIn
  return (await holdOne.change(tx, { id, stateTokenHash, now })) === 1
}

/**
 * Lets a sign-in that this transaction holds go on: it waits for something else, and another state token continues
 * it.
 */
export async function advance(
  tx: Tx,
  signInId: string,
  to: { readonly waits: Waits; readonly stateTokenHash: string; readonly expiresAt: number },
): Promise<void> {
  await tx
    .updateTable('sign_in')
    .set({ ...rowOf(to.waits), state_token_hash: to.stateTokenHash, expires_at: to.expiresAt })
    .where('id', '=', signInId)
    .execute()
}

const completeOne = statement((db, value: Values<{ id: string; now: number }>) =>
  db.updateTable('sign_in').set({ completed_at: value.now }).where('id', '=', value.id),
)

/** Completes a sign-in that this transaction holds. */
export async function complete(tx: Tx, signInId: string, now: number): Promise<void> {
  await completeOne.later(tx, { id: signInId, now })
}

const endOpenOfIdentity = statement(
  (db, value: Values<{ connectionId: string; subject: string; exceptId: string; now: number }>) =>
    db
      .updateTable('sign_in')
      .set({ ended_at: value.now })
      .where('connection_id', '=', value.connectionId)
      .where('subject', '=', value.subject)
      .where('completed_at', 'is', null)
      .where('ended_at', 'is', null)
      .where('id', '!=', value.exceptId),
)

/** Ends the sign-ins of an identity that are still open, but for the one that goes on. */
export async function endOpenOf(
  tx: Tx,
  identity: ProvenIdentity,
  now: number,
  exceptId?: string,
): Promise<void> {
  const { connectionId, subject } = identity
  await endOpenOfIdentity.later(tx, { connectionId, subject, exceptId: exceptId ?? '', now })
}

/** Ends the sign-ins that wait for this user and are still open, but for the one that goes on. */
export async function endOpenOfUser(tx: Tx, userId: string, now: number, exceptId?: string): Promise<void> {
  await tx
    .updateTable('sign_in')
    .set({ ended_at: now })
    .where('user_id', '=', userId)
    .where('completed_at', 'is', null)
    .where('ended_at', 'is', null)
    .$if(exceptId !== undefined, (query) => query.where('id', '!=', exceptId ?? ''))
    .execute()
}

/** @returns whether sign-ins were opened at an application or by a connection, old ones that are still kept included */
export async function hasAny(
  tx: Tx,
  of: { readonly clientId: string } | { readonly connectionId: string },
): Promise<boolean> {
  const rows = tx.selectFrom('sign_in').select('id').limit(1)
  const row = await (
    'clientId' in of
      ? rows.where('client_id', '=', of.clientId)
      : rows.where('connection_id', '=', of.connectionId)
  ).executeTakeFirst()
  return row !== undefined
}

/**
 * Ends every sign-in that is still open.
 *
 * @returns how many there were
 */
export async function endEveryOpen(tx: Tx, now: number): Promise<number> {
  const { numUpdatedRows } = await tx
    .updateTable('sign_in')
    .set({ ended_at: now })
    .where('completed_at', 'is', null)
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(numUpdatedRows)
}

/**
 * Forgets sign-ins that are long over. Nothing depends on this: a sign-in's end is checked when it is used.
 *
 * @returns how many were removed
 */
export async function sweep(db: Db, endedBefore: number, atMost: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('sign_in')
    .where('id', 'in', (old) =>
      old.selectFrom('sign_in').select('id').where('expires_at', '<', endedBefore).limit(atMost),
    )
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}
