import { type Db, statement, type Tx, type Values } from '../platform/db/index.ts'
import { randomId } from '../platform/secrets.ts'
import type { SealedColumn } from '../platform/vault/sealed-column.ts'
import type { Vault } from '../platform/vault/vault.ts'

declare module '../platform/db/tables.ts' {
  interface Tables {
    readonly totp: {
      user_id: string
      secret_sealed: string
      set_at: number
      /** `null` until a code of it was shown. */
      confirmed_at: number | null
      /** The newest step whose code was accepted. */
      last_step: number | null
      /** Another one for each secret. */
      version: string
    }
  }
}

export const sealedColumns = [
  {
    table: 'totp',
    column: 'secret_sealed',
    key: ['user_id'],
    context: ({ user_id: userId }) => contextOf(userId),
  },
] as const satisfies readonly SealedColumn<'user_id'>[]

function contextOf(userId: string): string {
  return `totp ${userId}`
}

/** How long one that was begun can be confirmed, in milliseconds. */
export const ENROLMENT_MS = 10 * 60 * 1000

export interface StoredTotp {
  readonly userId: string
  /** Base32 without padding. */
  readonly secret: string
  /** Milliseconds since the Unix epoch. */
  readonly confirmedAt: number | undefined
  readonly version: string
}

/** @returns the one that a user has confirmed, or begun a moment ago */
export async function find(
  db: Db | Tx,
  vault: Vault,
  userId: string,
  now: number,
): Promise<StoredTotp | undefined> {
  const row = await db
    .selectFrom('totp')
    .selectAll()
    .where('user_id', '=', userId)
    .where((is) => is.or([is('confirmed_at', 'is not', null), is('set_at', '>', now - ENROLMENT_MS)]))
    .executeTakeFirst()
  return (
    row && {
      userId,
      secret: vault.open(contextOf(userId), row.secret_sealed),
      confirmedAt: row.confirmed_at ?? undefined,
      version: row.version,
    }
  )
}

const findConfirmation = statement((db, value: Values<{ userId: string }>) =>
  db.selectFrom('totp').select('confirmed_at').where('user_id', '=', value.userId),
)

/** @returns since when a user has one, confirmed; `undefined` when he has none */
export async function findConfirmedAt(db: Db | Tx, userId: string): Promise<number | undefined> {
  const row = await findConfirmation.first(db, { userId })
  return row?.confirmed_at ?? undefined
}

/** Keeps a secret that is to be confirmed, instead of one that was not. @returns `false` when one is confirmed */
export async function begin(
  tx: Tx,
  vault: Vault,
  userId: string,
  secret: string,
  now: number,
): Promise<boolean> {
  const begun = {
    secret_sealed: vault.seal(contextOf(userId), secret),
    set_at: now,
    last_step: null,
    version: randomId(),
  }
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('totp')
    .values({ user_id: userId, confirmed_at: null, ...begun })
    .onConflict((conflict) =>
      conflict.column('user_id').doUpdateSet(begun).where('totp.confirmed_at', 'is', null),
    )
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/** @returns `false` when another one was begun meanwhile, or this one was confirmed */
export async function confirm(
  tx: Tx,
  { userId, version }: Pick<StoredTotp, 'userId' | 'version'>,
  step: number,
  now: number,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('totp')
    .set({ confirmed_at: now, last_step: step })
    .where('user_id', '=', userId)
    .where('version', '=', version)
    .where('confirmed_at', 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/**
 * Uses the code of a step of time.
 *
 * @returns `false` when it, or that of a later one, was used before
 * @see RFC 6238, section 5.2
 */
export async function useStep(
  tx: Tx,
  { userId, version }: Pick<StoredTotp, 'userId' | 'version'>,
  step: number,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('totp')
    .set({ last_step: step })
    .where('user_id', '=', userId)
    .where('version', '=', version)
    .where('confirmed_at', 'is not', null)
    .where((is) => is.or([is('last_step', 'is', null), is('last_step', '<', step)]))
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** @returns whether it was confirmed */
export async function remove(tx: Tx, userId: string): Promise<boolean> {
  const row = await tx
    .deleteFrom('totp')
    .where('user_id', '=', userId)
    .returning('confirmed_at')
    .executeTakeFirst()
  return typeof row?.confirmed_at === 'number'
}

/**
 * Forgets those that nobody has confirmed in time. Nothing depends on this: they are left out when they are read.
 *
 * @returns how many were removed
 */
export async function sweep(db: Db, now: number, atMost: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('totp')
    // Asked here as well: it may be confirmed, or begun anew, between the two.
    .where('confirmed_at', 'is', null)
    .where('set_at', '<=', now - ENROLMENT_MS)
    .where('user_id', 'in', (old) =>
      old
        .selectFrom('totp')
        .select('user_id')
        .where('confirmed_at', 'is', null)
        .where('set_at', '<=', now - ENROLMENT_MS)
        .limit(atMost),
    )
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}
