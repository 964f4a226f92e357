import { z } from 'zod'
import type { Db, Tx } from '../platform/db/index.ts'
import type { SealedColumn } from '../platform/vault/sealed-column.ts'
import type { Channel } from '../users/index.ts'
import { type NoticeKind, noticeKinds } from './message.ts'

declare module '../platform/db/tables.ts' {
  interface Tables {
    readonly notice: {
      id: string
      /** By which gateways tell a repeated delivery. */
      message_id: string
      kind: string
      language: string
      client_id: string
      application_zh: string
      application_en: string
      channel: string
      address_sealed: string
      /** When what it tells of happened. */
      at: number
      /** Nobody sends it before; whoever claims it moves this to the end of his claim. */
      due_at: number
      tries: number
      ended_at: number | null
      result: string | null
      because: string | null
    }
  }
}

export const sealedColumns = [
  { table: 'notice', column: 'address_sealed', key: ['id'], context: ({ id }) => sealContext(id) },
] as const satisfies readonly SealedColumn<'id'>[]

/** Where the sealed address of a notice stands. */
export function sealContext(noticeId: string): string {
  return `notice ${noticeId}`
}

/** How a notice can end. `dropped`: it was never given to a gateway. */
export interface NoticeEnd {
  readonly result: 'sent' | 'failed' | 'unknown' | 'dropped'
  readonly because?: string | undefined
}

export interface StoredNotice {
  readonly id: string
  readonly messageId: string
  readonly kind: NoticeKind
  readonly language: 'zh' | 'en'
  readonly clientId: string
  readonly applicationName: { readonly zh: string; readonly en: string }
  readonly channel: Channel
  readonly addressSealed: string
  /** When what it tells of happened, in milliseconds since the Unix epoch. */
  readonly at: number
}

/** A notice that somebody has claimed; by its number of tries his claim is told from later ones. */
export interface ClaimedNotice extends StoredNotice {
  /** This one included. */
  readonly tries: number
}

/** @param endsAs for one that is not to be sent, and is on record only */
export async function insert(tx: Tx, notice: StoredNotice, endsAs?: NoticeEnd): Promise<void> {
  await tx
    .insertInto('notice')
    .values({
      id: notice.id,
      message_id: notice.messageId,
      kind: notice.kind,
      language: notice.language,
      client_id: notice.clientId,
      application_zh: notice.applicationName.zh,
      application_en: notice.applicationName.en,
      channel: notice.channel,
      address_sealed: notice.addressSealed,
      at: notice.at,
      due_at: notice.at,
      tries: 0,
      ended_at: endsAs === undefined ? null : notice.at,
      result: endsAs?.result ?? null,
      because: endsAs?.because ?? null,
    })
    .execute()
}

/** @returns the ids of notices that are due, the longest due first */
export async function listDue(db: Db, now: number, atMost: number): Promise<string[]> {
  const rows = await db
    .selectFrom('notice')
    .select('id')
    .where('ended_at', 'is', null)
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .limit(atMost)
    .execute()
  return rows.map(({ id }) => id)
}

/**
 * Claims a notice. One statement, so that of many who would send it one does; should he be killed, it is due again
 * when his claim ends.
 *
 * @returns `undefined` when somebody else was faster
 */
export async function claim(
  db: Db,
  id: string,
  until: number,
  now: number,
): Promise<ClaimedNotice | undefined> {
  const row = await db
    .updateTable('notice')
    .set((column) => ({ due_at: until, tries: column('tries', '+', 1) }))
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .where('due_at', '<=', now)
    .returningAll()
    .executeTakeFirst()
  return (
    row && {
      ...known.parse(row),
      id: row.id,
      messageId: row.message_id,
      clientId: row.client_id,
      applicationName: { zh: row.application_zh, en: row.application_en },
      addressSealed: row.address_sealed,
      at: row.at,
      tries: row.tries,
    }
  )
}

const known = z.object({
  kind: z.enum(noticeKinds),
  language: z.enum(['zh', 'en']),
  channel: z.enum(['sms', 'email']),
})

/** Ends a claimed notice; not if its claim has ended meanwhile and somebody else has claimed it. */
export async function end(
  db: Db,
  { id, tries }: ClaimedNotice,
  { result, because }: NoticeEnd,
  now: number,
): Promise<void> {
  await db
    .updateTable('notice')
    .set({ ended_at: now, result, because: because ?? null })
    .where('id', '=', id)
    .where('tries', '=', tries)
    .where('ended_at', 'is', null)
    .execute()
}

/**
 * Gives a claimed notice back, to be tried again later.
 *
 * @param messageId for the next try: the one before has certainly not gone out
 */
export async function postpone(
  db: Db,
  { id, tries }: ClaimedNotice,
  dueAt: number,
  messageId: string,
): Promise<void> {
  await db
    .updateTable('notice')
    .set({ due_at: dueAt, message_id: messageId })
    .where('id', '=', id)
    .where('tries', '=', tries)
    .where('ended_at', 'is', null)
    .execute()
}

/** Notices that came to the same. */
export interface NoticeCount {
  /** `null`: still to be sent. */
  readonly result: string | null
  readonly because: string | null
  readonly notices: number
}

/** @returns notices of what happened at this moment or later, counted by what they came to */
export async function countSince(db: Db, since: number): Promise<NoticeCount[]> {
  return db
    .selectFrom('notice')
    .select(['result', 'because'])
    .select(({ fn }) => fn.countAll<number>().as('notices'))
    .where('at', '>=', since)
    .groupBy(['result', 'because'])
    .orderBy('because')
    .execute()
}

/**
 * Forgets notices that ended long ago.
 *
 * @returns how many were removed
 */
export async function sweep(db: Db, endedBefore: number, atMost: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('notice')
    .where('id', 'in', (old) =>
      old.selectFrom('notice').select('id').where('ended_at', '<', endedBefore).limit(atMost),
    )
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}
