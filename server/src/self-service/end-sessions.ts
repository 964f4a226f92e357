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
    const by = byHimself(owner, sessionId === owner.session.id)
    if (!(await endSessionOf(tx, owner.user.id, sessionId, by, now))) {
      throw new Refusal(selfServiceRefusals.noSuchSession)
    }
  })
}

/** @returns how many there were besides the one in which he asks for it */
export async function endOtherSessions(db: Db, owner: Owner, now: number): Promise<number> {
  return inTransaction(db, (tx) =>
    endSessionsOf(tx, owner.user.id, byHimself(owner, false), now, owner.session.id),
  )
}

function byHimself(owner: Owner, isOwnSession: boolean) {
  const because = isOwnSession ? 'by himself' : `by himself, in session ${owner.session.id}`
  return { ...byOwner(owner), because }
}
