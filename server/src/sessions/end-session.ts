import { record } from '../audit/index.ts'
import { type Db, inTransaction } from '../platform/db/index.ts'
import type { FoundSession } from './find-session.ts'
import * as sessions from './session.store.ts'

/** Ends a session; from here on its tokens count for nothing on our own calls. */
export async function endSession(
  db: Db,
  { session, user }: FoundSession,
  by: { readonly clientId: string; readonly ip: string },
  now: number,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    if (!(await sessions.end(tx, session.id, now))) return
    await record(tx, { kind: 'session_ended', at: now, userId: user.id, sessionId: session.id, ...by })
  })
}
