import { type AuditEvent, record } from '../audit/index.ts'
import { type Db, inTransaction, type Tx } from '../platform/db/index.ts'
import type { FoundSession } from './find-session.ts'
import * as sessions from './end-session.store.ts'

/** Who ends sessions, from where and why, as it is recorded. */
export type EndedBy = Pick<AuditEvent, 'clientId' | 'signInId' | 'ip' | 'because'>

/** Ends a session; from here on its tokens count for nothing on our own calls. */
export async function endSession(
  db: Db,
  { session, user }: FoundSession,
  by: EndedBy,
  now: number,
): Promise<void> {
  await inTransaction(db, (tx) => endSessionOf(tx, user.id, session.id, by, now))
}

/** @returns `false` when this user has no such session that is alive */
export async function endSessionOf(
  tx: Tx,
  userId: string,
  sessionId: string,
  by: EndedBy,
  now: number,
): Promise<boolean> {
  if (!(await sessions.endOf(tx, userId, sessionId, now))) return false
  await record(tx, { ...by, kind: 'session_ended', at: now, userId, sessionId })
  return true
}

/**
 * Ends every session of a user.
 *
 * @param exceptSessionId one that goes on, such as the one in which he asks for it
 * @returns how many were alive until then
 */
export async function endSessionsOf(
  tx: Tx,
  userId: string,
  by: EndedBy,
  now: number,
  exceptSessionId?: string,
): Promise<number> {
  const ended = await sessions.endAllOf(tx, userId, now, exceptSessionId)
  for (const sessionId of ended) {
    await record(tx, { ...by, kind: 'session_ended', at: now, userId, sessionId })
  }
  return ended.length
}
