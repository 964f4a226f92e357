import { record } from '../audit/index.ts'
import type { Tx } from '../platform/db/index.ts'
import { openSession, type OpenedSession } from '../sessions/index.ts'
import type { User } from '../users/index.ts'
import type { Caller } from './caller.ts'

/** A user who is in, or who may not come in. */
export type Entry =
  | { readonly status: 'SUCCESS'; readonly user: User; readonly session: OpenedSession }
  | { readonly status: 'ACCESS_DENIED' }

/** How a user came: by which the audit and his session tell it. */
export interface CameBy {
  readonly signInId: string
  /** The identity that a source vouched for, if one did; the session does not outlive it. */
  readonly identityId: string | undefined
}

/** The end of every sign-in, whatever proved the user: a session, unless he may not come in. */
export async function enter(tx: Tx, caller: Caller, user: User, by: CameBy): Promise<Entry> {
  if (user.isDisabled) return denyEntry(tx, caller, user, by.signInId)
  const session = await openSession(
    tx,
    {
      userId: user.id,
      application: caller.application,
      ...by,
      secondFactorAt: undefined,
      ip: caller.ip,
      device: caller.device,
    },
    caller.now,
  )
  return { status: 'SUCCESS', user, session }
}

/** The user may not use this application. Recorded, because it is the first thing an operator is asked about. */
export async function denyEntry(tx: Tx, caller: Caller, user: User, signInId: string): Promise<Entry> {
  await record(tx, {
    kind: 'access_denied',
    at: caller.now,
    clientId: caller.application.clientId,
    userId: user.id,
    signInId,
    ip: caller.ip,
    because: user.closesAt === undefined ? 'the user is disabled' : 'the user has closed his account',
  })
  return { status: 'ACCESS_DENIED' }
}
