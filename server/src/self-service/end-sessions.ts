import { record } from '../audit/index.ts'
import { type Db, inTransaction } from '../platform/db/index.ts'
import { Refusal } from '../platform/refusal.ts'
import { endSessionOf, endSessionsOf } from '../sessions/index.ts'
import { byOwner, type Owner } from './owner.ts'
import { selfServiceRefusals } from './refusals.ts'

/**
 * Ends one session of the owner's, his present one if he likes. Its tokens count for nothing from here on, on every
 * instance: each call looks its session up.
 *
 * @throws {Refusal} `noSuchSession`
 */
export async function endOwnSession(db: Db, owner: Owner, sessionId: string, now: number): Promise<void> {
  await inTransaction(db, async (tx) => {
    if (!(await endSessionOf(tx, owner.user.id, sessionId, now))) {
      throw new Refusal(selfServiceRefusals.noSuchSession)
    }
    await record(tx, ended(owner, sessionId, now))
  })
}

/** @returns how many there were besides the one in which he asks for it */
export async function endOtherSessions(db: Db, owner: Owner, now: number): Promise<number> {
  return inTransaction(db, async (tx) => {
    const ids = await endSessionsOf(tx, owner.user.id, now, owner.session.id)
    for (const id of ids) await record(tx, ended(owner, id, now))
    return ids.length
  })
}

function ended(owner: Owner, sessionId: string, now: number) {
  const because = sessionId === owner.session.id ? 'by himself' : `by himself, in session ${owner.session.id}`
  return {
    ...byOwner(owner),
    kind: 'session_ended',
    at: now,
    userId: owner.user.id,
    sessionId,
    because,
  } as const
}
