import type { Application } from '../applications/index.ts'
import type { SdkCall } from '../platform/http/sdk-endpoint.ts'
import type { Language } from '../platform/refusal.ts'
import { Refusal } from '../platform/refusal.ts'
import { findSessionByIdToken, type FindSessionDeps, type FoundSession } from '../sessions/index.ts'
import { selfServiceRefusals } from './refusals.ts'

/** A signed-in user who does something with his own account, and where. */
export interface Owner extends FoundSession {
  readonly application: Application
  readonly language: Language
  readonly ip: string
}

/**
 * The user behind the id_token of a call.
 *
 * @throws {Refusal} `idTokenRefused`
 */
export async function ownerOf(deps: FindSessionDeps, call: SdkCall<Application, unknown>): Promise<Owner> {
  const { application, language, ip } = call
  const found = await findSessionByIdToken(deps, call.bearer, application, call.now)
  return { ...found, application, language, ip }
}

/** How the audit tells who does it and from where. */
export function byOwner({ application, session, ip }: Owner) {
  return { clientId: application.clientId, signInId: session.signInId, sessionId: session.id, ip }
}

/** How long after somebody has proved who he is he may do what cannot be taken back easily. */
const FRESH_MS = 10 * 60 * 1000

/**
 * Wants a session that began with a proof of a moment ago: a phone that lies around unlocked, or an id_token that
 * somebody has found, is not enough.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {Refusal} `signInAgain`
 * @see docs/decisions/0021-own-account.md
 */
export function requireFreshSession({ session }: Owner, now: number): void {
  if (now - session.openedAt > FRESH_MS) throw new Refusal(selfServiceRefusals.signInAgain)
}

/**
 * Wants besides, of whoever has a second factor, a session that began with it: what a thief of the first could change
 * would protect nobody from him.
 *
 * @param hasFactor whether he has one already
 * @param now milliseconds since the Unix epoch
 * @throws {Refusal} `signInAgain`, `signInWithSecondFactor`
 * @see docs/decisions/0022-second-factor.md
 */
export function requireProvenOwner(owner: Owner, hasFactor: boolean, now: number): void {
  requireFreshSession(owner, now)
  if (hasFactor && owner.session.secondFactorAt === undefined) {
    throw new Refusal(selfServiceRefusals.signInWithSecondFactor)
  }
}
