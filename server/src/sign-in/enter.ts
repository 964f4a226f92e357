import { decideAccess, type DeviceTrust, noteVisit } from '../access/index.ts'
import { record } from '../audit/index.ts'
import type { ProvenIdentity } from '../connections/index.ts'
import type { Tx } from '../platform/db/index.ts'
import { openSession, type OpenedSession } from '../sessions/index.ts'
import type { Channel, User } from '../users/index.ts'
import type { Caller } from './caller.ts'
import type { FurtherProof } from './open-sign-in.ts'
import type { Effect } from './waits.ts'

/** A user who is in, or who may not come in. */
export type Entry =
  | {
      readonly status: 'SUCCESS'
      readonly user: User
      readonly session: OpenedSession
      /** What the client is given beside it, once. */
      readonly deviceTrust?: DeviceTrust | undefined
      readonly recoveryCodes?: readonly string[] | undefined
    }
  | { readonly status: 'ACCESS_DENIED' }

/** How a user came: by which the audit and his session tell it, and what he has shown so far. */
export interface CameBy {
  readonly signInId: string
  /** Its sign-in is open, held by this transaction. */
  readonly isContinued?: boolean
  /** The identity that a source vouched for, if one did. */
  readonly identity?: ProvenIdentity | undefined
  /** The same once it is bound; the session does not outlive it. */
  readonly identityId: string | undefined
  /** The kind of address that he has proved. */
  readonly provedChannel?: Channel | undefined
  /** When he passed a second factor. */
  readonly secondFactorAt?: number | undefined
}

/** A user whom nothing keeps out; what is still to be written down about it. */
export interface Admission {
  readonly status: 'ADMITTED'
  readonly because: string | undefined
  readonly country: string | undefined
}

/** The end of every sign-in, whatever proved the user: a session, unless he may not come in, or not yet. */
export async function enter(tx: Tx, caller: Caller, user: User, by: CameBy): Promise<Entry | FurtherProof> {
  const admitted = await admit(tx, caller, user, by, 'enter')
  return isAdmitted(admitted) ? letIn(tx, caller, user, by, admitted) : admitted
}

export function isAdmitted(admitted: Admission | Entry | FurtherProof): admitted is Admission {
  return 'status' in admitted && admitted.status === 'ADMITTED'
}

/**
 * Asks whether a user may come in as he has come so far.
 *
 * @param effect what is done when he may; nothing of it is done before
 */
export async function admit(
  tx: Tx,
  caller: Caller,
  user: User,
  by: CameBy,
  effect: Effect,
): Promise<Admission | Entry | FurtherProof> {
  const { application, ip, deviceToken, now } = caller
  if (user.isDisabled && effect !== 'reopen') {
    const because = user.closesAt === undefined ? 'the user is disabled' : 'the user has closed his account'
    return denyEntry(tx, caller, user, by.signInId, because)
  }
  const changesAccount = effect === 'bind' || effect === 'adopt' || effect === 'reopen'
  const visitor = { user, application, ip, deviceToken, changesAccount }
  const { result, because, country } = await decideAccess(tx, visitor, now)
  if (result === 'deny') return denyEntry(tx, caller, user, by.signInId, because)
  if (result === 'allow' || by.secondFactorAt !== undefined) return { status: 'ADMITTED', because, country }
  const { signInId, isContinued = false, identity, provedChannel } = by
  const wants = { status: 'MFA_AUTH', userId: user.id, effect, identity, provedChannel } as const
  return { wants, signInId, isContinued, because }
}

/** Opens the session of a user who may come in. */
export async function letIn(
  tx: Tx,
  caller: Caller,
  user: User,
  by: CameBy,
  { because, country }: Admission,
): Promise<Entry> {
  if (country !== undefined) await noteVisit(tx, user.id, country, caller.now)
  const session = await openSession(
    tx,
    {
      userId: user.id,
      application: caller.application,
      signInId: by.signInId,
      identityId: by.identityId,
      secondFactorAt: by.secondFactorAt,
      ip: caller.ip,
      device: caller.device,
      because,
    },
    caller.now,
  )
  return { status: 'SUCCESS', user, session }
}

/** The user may not use this application. Recorded, because it is the first thing an operator is asked about. */
async function denyEntry(
  tx: Tx,
  caller: Caller,
  user: User,
  signInId: string,
  because: string | undefined,
): Promise<Entry> {
  await record(tx, {
    kind: 'access_denied',
    at: caller.now,
    clientId: caller.application.clientId,
    userId: user.id,
    signInId,
    ip: caller.ip,
    ...(because !== undefined && { because }),
  })
  return { status: 'ACCESS_DENIED' }
}
