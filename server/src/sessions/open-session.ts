import type { Application } from '../applications/index.ts'
import { record } from '../audit/index.ts'
import type { Tx } from '../platform/db/index.ts'
import { orderedId } from '../platform/secrets.ts'
import * as sessions from './session.store.ts'
import { newSessionToken, storedToken } from './session-token.ts'

export interface OpenedSession {
  readonly sessionId: string
  /** Given to the client and kept nowhere. */
  readonly sessionToken: string
  readonly expiresInSeconds: number
}

export interface SessionRequest {
  readonly userId: string
  readonly application: Application
  readonly signInId: string
  /** The identity by which the user came, if any; the session does not outlive it. */
  readonly identityId: string | undefined
  /** When a second factor was passed on the way in, if one was. */
  readonly secondFactorAt: number | undefined
  readonly ip: string
  /** What the client said of its device, as JSON. */
  readonly device: string
  /** For the operator: which rule let the user in, if one had to. */
  readonly because: string | undefined
}

/** Opens a session for a user at an application, in the transaction of what proved him. */
export async function openSession(tx: Tx, request: SessionRequest, now: number): Promise<OpenedSession> {
  const sessionId = orderedId(now)
  const sessionToken = newSessionToken(now)
  const { lifetimeSeconds } = request.application.session
  await sessions.insert(tx, {
    id: sessionId,
    tokenHash: storedToken(sessionToken),
    userId: request.userId,
    clientId: request.application.clientId,
    signInId: request.signInId,
    identityId: request.identityId,
    secondFactorAt: request.secondFactorAt,
    openedAt: now,
    expiresAt: now + lifetimeSeconds * 1000,
    ip: request.ip,
    device: request.device,
  })
  await record(tx, {
    kind: 'session_opened',
    at: now,
    clientId: request.application.clientId,
    userId: request.userId,
    signInId: request.signInId,
    sessionId,
    ip: request.ip,
    ...(request.because !== undefined && { because: request.because }),
  })
  return { sessionId, sessionToken, expiresInSeconds: lifetimeSeconds }
}
