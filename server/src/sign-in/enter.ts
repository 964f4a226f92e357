import { record } from '../audit/index.ts'
import type { Tx } from '../platform/db/index.ts'
import { Refusal, type RefusalDefinition } from '../platform/refusal.ts'
import { openSession, type OpenedSession } from '../sessions/index.ts'
import type { User } from '../users/index.ts'
import type { Caller } from './caller.ts'

/** A user who is in, or who may not come in. */
export type Entry =
  | { readonly status: 'SUCCESS'; readonly user: User; readonly session: OpenedSession }
  | { readonly status: 'ACCESS_DENIED' }

/** A "no" that commits what came before it: a guess that was paid, a code that was used, the audit event. */
export interface Refused {
  readonly status: 'REFUSED'
  readonly definition: RefusalDefinition
  readonly because: string
}

/**
 * Tells the caller of a "no" that is committed by now.
 *
 * @throws {Refusal}
 */
export function entryOrThrow(outcome: Entry | Refused): Entry {
  if (outcome.status !== 'REFUSED') return outcome
  throw new Refusal(outcome.definition, { because: outcome.because })
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
    because: 'the user is disabled',
  })
  return { status: 'ACCESS_DENIED' }
}

/** The end of every sign-in, whatever proved the user: a session. */
export async function enter(
  tx: Tx,
  caller: Caller,
  user: User,
  by: { readonly signInId: string; /** By which he came, if any. */ readonly identityId: string | undefined },
): Promise<Entry> {
  const session = await openSession(
    tx,
    {
      userId: user.id,
      application: caller.application,
      ...by,
      ip: caller.ip,
      device: caller.device,
    },
    caller.now,
  )
  return { status: 'SUCCESS', user, session }
}
