import type { Application } from '../applications/index.ts'
import type { Db } from '../platform/db/index.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { loadProfile } from '../users/index.ts'
import { findSessionByToken } from './find-session.ts'
import { sessionRefusals } from './refusals.ts'
import { type IdTokenDeps, issueSessionIdToken } from './session-id-token.ts'
import * as sessions from './session.store.ts'
import { nextSessionToken, storedForms, storedToken } from './session-token.ts'

/** How long a replaced session token still answers, with the token that replaced it. */
const GRACE_MS = 60_000

export interface RefreshDeps extends IdTokenDeps {
  readonly db: Db
  readonly vault: Vault
}

export interface RefreshedSession {
  readonly sessionToken: string
  readonly expiresInSeconds: number
  readonly idToken: string
}

/**
 * Gives a session a new id_token, and, where the application renews sessions, its next session token with a
 * full life.
 *
 * The next token is derived from the one presented. So a client that lost the answer, or sent the request
 * twice, is given the same token again within the grace period, and no token but its hash is stored.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {Refusal} `sessionTokenRefused`
 */
export async function refreshSession(
  deps: RefreshDeps,
  application: Application,
  sessionToken: string | undefined,
  now: number,
): Promise<RefreshedSession> {
  const { session, user } = await findSessionByToken(deps, sessionToken, application, now)
  const presented = sessionToken ?? ''
  const idToken = async () => {
    const profile = await loadProfile(deps.db, deps.vault, user)
    return issueSessionIdToken(deps, { sessionId: session.id, application, profile }, now)
  }
  const remaining = (expiresAt: number) => Math.floor((expiresAt - now) / 1000)

  if (!application.session.isRenewed) {
    return {
      sessionToken: presented,
      expiresInSeconds: remaining(session.expiresAt),
      idToken: await idToken(),
    }
  }

  const next = nextSessionToken(deps.vault, presented)
  const expiresAt = now + application.session.lifetimeSeconds * 1000
  const isReplacedNow =
    storedForms(presented).includes(session.tokenHash) &&
    (await sessions.replaceToken(deps.db, {
      sessionId: session.id,
      oldTokenHash: session.tokenHash,
      newTokenHash: storedToken(next),
      oldTokenUntil: now + GRACE_MS,
      expiresAt,
    }))
  if (isReplacedNow) {
    return { sessionToken: next, expiresInSeconds: remaining(expiresAt), idToken: await idToken() }
  }

  const known = await sessions.findByToken(deps.db, storedForms(next), application.clientId, now)
  if (known === undefined || known.id !== session.id) {
    throw new Refusal(sessionRefusals.sessionTokenRefused, { because: 'replaced by a later token' })
  }
  return { sessionToken: next, expiresInSeconds: remaining(known.expiresAt), idToken: await idToken() }
}
