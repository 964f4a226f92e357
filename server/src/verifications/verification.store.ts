import { sql } from 'kysely'
import { type Db, statement, type Tx, type Values } from '../platform/db/index.ts'
import type { SealedColumn } from '../platform/vault/sealed-column.ts'
import type { AddressMark } from '../users/index.ts'
import { MAX_ATTEMPTS } from './budgets.ts'
import type { Purpose } from './purposes.ts'

declare module '../platform/db/tables.ts' {
  interface Tables {
    readonly verification: {
      id: string
      address_index: string
      purpose: string
      client_id: string
      /** Empty when the code belongs to no sign-in. */
      sign_in_id: string
      address_masked: string
      code_hash: string
      attempts: number
      sent_at: number
      expires_at: number
      used_at: number | null
    }
    readonly test_address: {
      address_index: string
      address_masked: string
      code_sealed: string
      /** Null in rows of a version that did not keep it. */
      address_sealed: string | null
    }
  }
}

export const sealedColumns = [
  {
    table: 'test_address',
    column: 'code_sealed',
    key: ['address_index'],
    context: ({ address_index: index }) => codeContext(index),
  },
  {
    table: 'test_address',
    column: 'address_sealed',
    key: ['address_index'],
    context: ({ address_index: index }) => addressContext(index),
  },
] as const satisfies readonly SealedColumn<'address_index'>[]

/** Where the code of a test address stands. */
export function codeContext(addressIndex: string): string {
  return `test_address ${addressIndex}`
}

/** Where a test address itself stands. */
export function addressContext(addressIndex: string): string {
  return `test_address ${addressIndex} address`
}

/** What a code proves: control of an address, for a purpose, for an application, perhaps for one sign-in. */
interface Scope {
  readonly address: AddressMark
  readonly clientId: string
}

/** What a guess may be meant for: a code that was sent for this sign-in, or for none. */
export interface GuessScope {
  readonly addressIndex: string
  readonly purpose: Purpose
  readonly clientId: string
  /** Empty for none. */
  readonly signInId: string
  /** The same, or empty for none. */
  readonly orSignInId: string
}

export interface NewVerification extends Scope {
  readonly purpose: Purpose
  readonly signInId: string | undefined
  readonly id: string
  readonly codeHash: string
  readonly sentAt: number
  readonly expiresAt: number
}

interface NewRow extends Omit<NewVerification, 'address' | 'signInId'> {
  readonly addressIndex: string
  readonly addressMasked: string
  readonly signInId: string
}

const replaceOne = statement((db, value: Values<NewRow>) => {
  const fields = {
    id: value.id,
    address_masked: value.addressMasked,
    code_hash: value.codeHash,
    attempts: 0,
    sent_at: value.sentAt,
    expires_at: value.expiresAt,
    used_at: null,
  }
  return db
    .insertInto('verification')
    .values({
      ...fields,
      address_index: value.addressIndex,
      purpose: value.purpose,
      client_id: value.clientId,
      sign_in_id: value.signInId,
    })
    .onConflict((conflict) =>
      conflict.columns(['address_index', 'purpose', 'client_id', 'sign_in_id']).doUpdateSet(fields),
    )
})

/** Opens a verification. It takes the place of an older one of the same scope, whose code is dead from here on. */
export async function replace(
  tx: Tx,
  { address, signInId, ...verification }: NewVerification,
): Promise<void> {
  await replaceOne.later(tx, {
    ...verification,
    addressIndex: address.index,
    addressMasked: address.masked,
    signInId: signInId ?? '',
  })
}

/** An attempt that is paid. */
export interface Attempt {
  readonly verificationId: string
  /** To compare with. */
  readonly codeHash: string
  /** Empty when the code was sent for no sign-in. */
  readonly signInId: string
}

const spendOne = statement((db, value: Values<GuessScope & { now: number }>) =>
  db
    .updateTable('verification')
    .set((column) => ({ attempts: column('attempts', '+', 1) }))
    .where('id', '=', (open) =>
      open
        .selectFrom('verification')
        .select('id')
        .where('address_index', '=', value.addressIndex)
        .where('purpose', '=', value.purpose)
        .where('client_id', '=', value.clientId)
        .where('sign_in_id', 'in', [value.signInId, value.orSignInId])
        .where('used_at', 'is', null)
        .where('expires_at', '>', value.now)
        .where('attempts', '<', MAX_ATTEMPTS)
        .orderBy('sign_in_id', 'desc')
        .limit(sql.lit(1)),
    )
    .where('used_at', 'is', null)
    .where('attempts', '<', MAX_ATTEMPTS)
    .returning(['id', 'code_hash', 'sign_in_id']),
)

/**
 * Spends one attempt at the open code that a guess may be meant for: the sign-in's own, otherwise the one of none.
 *
 * One statement with its guard: of ten simultaneous guesses five are compared, and a code that was used a
 * moment ago is compared with nothing.
 *
 * @returns `undefined` when no code is open: none was sent, or it is used, expired, replaced or guessed at too often
 */
export async function spendAttempt(tx: Tx, scope: GuessScope, now: number): Promise<Attempt | undefined> {
  const row = await spendOne.first(tx, { ...scope, now })
  return row && { verificationId: row.id, codeHash: row.code_hash, signInId: row.sign_in_id }
}

const useOne = statement((db, value: Values<{ id: string; now: number }>) =>
  db.updateTable('verification').set({ used_at: value.now }).where('id', '=', value.id),
)

/** Marks a verification as used. The attempt that came before holds its row, so nobody else can be here. */
export async function use(tx: Tx, verificationId: string, now: number): Promise<void> {
  await useOne.later(tx, { id: verificationId, now })
}

/** Gives back a code that this transaction used: it stays good for as long as it was, with one try less. */
export async function giveBack(tx: Tx, verificationId: string): Promise<void> {
  await tx.updateTable('verification').set({ used_at: null }).where('id', '=', verificationId).execute()
}

/** Ends the codes that were sent to an address and are still open, whatever they are for. */
export async function endOpenTo(tx: Tx, addressIndex: string, now: number): Promise<void> {
  await tx
    .updateTable('verification')
    .set({ used_at: now })
    .where('address_index', '=', addressIndex)
    .where('used_at', 'is', null)
    .execute()
}

/** A code that was sent for a sign-in and can still be typed in. */
export interface OpenVerification {
  readonly purpose: string
  readonly addressMasked: string
  readonly sentAt: number
  readonly attemptsLeft: number
}

/** @returns the open codes of a sign-in, the newest first */
export async function listOfSignIn(db: Db, signInId: string, now: number): Promise<OpenVerification[]> {
  const rows = await db
    .selectFrom('verification')
    .select(['purpose', 'address_masked', 'sent_at', 'attempts'])
    .where('sign_in_id', '=', signInId)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .where('attempts', '<', MAX_ATTEMPTS)
    .orderBy('sent_at', 'desc')
    .execute()
  return rows.map((row) => ({
    purpose: row.purpose,
    addressMasked: row.address_masked,
    sentAt: row.sent_at,
    attemptsLeft: MAX_ATTEMPTS - row.attempts,
  }))
}

/** @returns whether codes were sent for an application, dead ones that are still kept included */
export async function hasAny(tx: Tx, clientId: string): Promise<boolean> {
  const row = await tx
    .selectFrom('verification')
    .select('id')
    .where('client_id', '=', clientId)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** @returns the sealed fixed code of a test address */
export async function findTestCode(db: Db, addressIndex: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('test_address')
    .select('code_sealed')
    .where('address_index', '=', addressIndex)
    .executeTakeFirst()
  return row?.code_sealed
}

/** A test address with what is kept of it. */
export interface StoredTestAddress extends AddressMark {
  readonly codeSealed: string
  /** The address itself; absent in rows of a version that did not keep it. */
  readonly addressSealed: string | undefined
}

/** Gives an address a fixed code. */
export async function saveTestAddress(db: Db | Tx, address: StoredTestAddress): Promise<void> {
  const sealed = { code_sealed: address.codeSealed, address_sealed: address.addressSealed ?? null }
  await db
    .insertInto('test_address')
    .values({ address_index: address.index, address_masked: address.masked, ...sealed })
    .onConflict((conflict) => conflict.column('address_index').doUpdateSet(sealed))
    .execute()
}

/** @returns the masked test addresses with what is sealed of them */
export async function listTestAddresses(db: Db | Tx): Promise<StoredTestAddress[]> {
  const rows = await db.selectFrom('test_address').selectAll().orderBy('address_index').execute()
  return rows.map((row) => ({
    index: row.address_index,
    masked: row.address_masked,
    codeSealed: row.code_sealed,
    addressSealed: row.address_sealed ?? undefined,
  }))
}

/** Takes the fixed code away: codes for this address are sent again. */
export async function removeTestAddress(tx: Tx, addressIndex: string): Promise<void> {
  await tx.deleteFrom('test_address').where('address_index', '=', addressIndex).execute()
}

/**
 * Forgets codes that are long dead. Nothing depends on this: a code's end is checked when it is used.
 *
 * @returns how many were removed
 */
export async function sweep(db: Db, endedBefore: number, atMost: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('verification')
    .where('id', 'in', (old) =>
      old.selectFrom('verification').select('id').where('expires_at', '<', endedBefore).limit(atMost),
    )
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}
