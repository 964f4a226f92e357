import { statement, type Tx, type Values } from '../platform/db/index.ts'
import type { ProvenIdentity } from './identity.store.ts'

declare module '../platform/db/tables.ts' {
  interface Tables {
    /** A mark for each identity that was unbound and has not been bound since. */
    readonly unbound_identity: { connection_id: string; subject: string; unbound_at: number }
  }
}

type Key = Pick<ProvenIdentity, 'connectionId' | 'subject'>

const removeMark = statement((db, value: Values<Key>) =>
  db
    .deleteFrom('unbound_identity')
    .where('connection_id', '=', value.connectionId)
    .where('subject', '=', value.subject),
)

/** Leaves the mark of an identity that has just been unbound. */
export async function mark(tx: Tx, identity: Key, now: number): Promise<void> {
  await tx
    .insertInto('unbound_identity')
    .values({ connection_id: identity.connectionId, subject: identity.subject, unbound_at: now })
    .execute()
}

export async function isMarked(tx: Tx, identity: Key): Promise<boolean> {
  const row = await tx
    .selectFrom('unbound_identity')
    .select('unbound_at')
    .where('connection_id', '=', identity.connectionId)
    .where('subject', '=', identity.subject)
    .executeTakeFirst()
  return row !== undefined
}

/** @returns whether somebody has unbound an identity of this connection, and not bound it again */
export async function hasMarks(tx: Tx, connectionId: string): Promise<boolean> {
  const row = await tx
    .selectFrom('unbound_identity')
    .select('subject')
    .where('connection_id', '=', connectionId)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Takes the mark away, if there is one: the identity has been bound again. */
export async function unmark(tx: Tx, identity: Key): Promise<void> {
  const { connectionId, subject } = identity
  await removeMark.later(tx, { connectionId, subject })
}
