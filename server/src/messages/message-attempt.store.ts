import type { Db } from '../platform/db/index.ts'
import type { KeyedColumn } from '../platform/vault/keyed-column.ts'
import type { Money } from '../platform/text-forms/money.ts'
import type { AddressMark, Channel } from '../users/index.ts'
import type { SendOutcome } from './message.ts'

declare module '../platform/db/tables.ts' {
  interface Tables {
    readonly message_attempt: {
      /** The message's id and the number of the attempt, so that attempts of one moment keep their order. */
      id: string
      message_id: string
      sign_in_id: string | null
      client_id: string
      at: number
      gateway: string
      channel: string
      purpose: string
      area_code: string | null
      address_index: string
      address_masked: string
      result: string
      because: string | null
      cost_micros: number | null
      currency: string | null
    }
  }
}

export const keyedColumns: readonly KeyedColumn[] = [
  {
    table: 'message_attempt',
    column: 'address_index',
    whenMasterKeyChanges: { is: 'emptied', as: '', key: 'id' },
  },
]

/** One try at one gateway, and what it came to. */
export interface NewAttempt {
  readonly messageId: string
  /** From 1 on. */
  readonly number: number
  readonly signInId: string | undefined
  readonly clientId: string
  /** When the message was asked for, in milliseconds since the Unix epoch. */
  readonly at: number
  readonly gateway: string
  readonly channel: Channel
  readonly purpose: string
  readonly areaCode: string | undefined
  readonly address: AddressMark
  readonly outcome: SendOutcome
  /** What it cost, or may have; absent: nothing, or unknown. */
  readonly cost: Money | undefined
}

/** The same attempt once more, at a notice whose sender was killed after the first, is on record already. */
export async function insert(db: Db, attempt: NewAttempt): Promise<void> {
  const { outcome, cost } = attempt
  await db
    .insertInto('message_attempt')
    .values({
      id: `${attempt.messageId} ${attempt.number}`,
      message_id: attempt.messageId,
      sign_in_id: attempt.signInId ?? null,
      client_id: attempt.clientId,
      at: attempt.at,
      gateway: attempt.gateway,
      channel: attempt.channel,
      purpose: attempt.purpose,
      area_code: attempt.areaCode ?? null,
      address_index: attempt.address.index,
      address_masked: attempt.address.masked,
      result: outcome.result,
      because: outcome.result === 'sent' ? null : outcome.because,
      cost_micros: cost?.micros ?? null,
      currency: cost?.currency ?? null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** An attempt as an operator reads it. */
export interface RecordedAttempt {
  readonly at: number
  readonly gateway: string
  readonly addressMasked: string
  readonly result: string
  readonly because: string | null
  readonly cost: Money | undefined
}

/** @returns the attempts at messages that belong to a sign-in, oldest first */
export async function listOfSignIn(db: Db, signInId: string): Promise<RecordedAttempt[]> {
  const rows = await db
    .selectFrom('message_attempt')
    .select(['at', 'gateway', 'address_masked', 'result', 'because', 'cost_micros', 'currency'])
    .where('sign_in_id', '=', signInId)
    .orderBy('at')
    .orderBy('id')
    .execute()
  return rows.map((row) => ({
    at: row.at,
    gateway: row.gateway,
    addressMasked: row.address_masked,
    result: row.result,
    because: row.because,
    cost: moneyOf(row.cost_micros, row.currency),
  }))
}

/** Attempts at one gateway that came to the same. */
export interface AttemptCount {
  readonly gateway: string
  readonly channel: string
  readonly result: string
  readonly because: string | null
  readonly attempts: number
  /** Of all of them together. */
  readonly cost: Money | undefined
}

/** @returns what was attempted at this moment or later, counted by gateway and by what it came to */
export async function countSince(db: Db, since: number): Promise<AttemptCount[]> {
  const rows = await db
    .selectFrom('message_attempt')
    .select(['gateway', 'channel', 'result', 'because', 'currency'])
    .select(({ fn }) => [
      fn.countAll<number>().as('attempts'),
      // PostgreSQL gives a sum of large integers as text.
      fn.sum<number | string | null>('cost_micros').as('cost_micros'),
    ])
    .where('at', '>=', since)
    .groupBy(['gateway', 'channel', 'result', 'because', 'currency'])
    .orderBy('result')
    .orderBy('because')
    .execute()
  return rows.map(({ cost_micros: micros, currency, ...row }) => ({
    ...row,
    cost: moneyOf(micros === null ? null : Number(micros), currency),
  }))
}

function moneyOf(micros: number | null, currency: string | null): Money | undefined {
  return micros === null || currency === null ? undefined : { micros, currency }
}

/**
 * Forgets attempts that nobody asks about any more.
 *
 * @returns how many were removed
 */
export async function sweep(db: Db, madeBefore: number, atMost: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('message_attempt')
    .where('id', 'in', (old) =>
      old.selectFrom('message_attempt').select('id').where('at', '<', madeBefore).limit(atMost),
    )
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}
