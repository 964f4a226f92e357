import type { Application } from '../applications/index.ts'
import type { Db } from '../platform/db/index.ts'
import { Refusal } from '../platform/refusal.ts'
import { readIdToken, type SigningKeys } from '../tokens/index.ts'
import { findUser, type User } from '../users/index.ts'
import { sessionRefusals } from './refusals.ts'
import * as sessions from './session.store.ts'
import { storedForms } from './session-token.ts'

export interface FindSessionDeps {
  readonly db: Db
  readonly signingKeys: SigningKeys
  issuer(): string
}

/** A session that counts now, with its user. */
export interface FoundSession {
  readonly session: sessions.LiveSession
  readonly user: User
}

/**
 * Finds the session behind a session token.
 *
 * @throws {Refusal} `sessionTokenRefused`
 */
export async function findSessionByToken(
  deps: Pick<FindSessionDeps, 'db'>,
  sessionToken: string | undefined,
  application: Application,
  now: number,
): Promise<FoundSession> {
  const session =
    sessionToken === undefined
      ? undefined
      : await sessions.findByToken(deps.db, storedForms(sessionToken), application.clientId, now)
  const user = await userOf(deps.db, session)
  if (session === undefined || user === undefined) throw new Refusal(sessionRefusals.sessionTokenRefused)
  return { session, user }
}

/**
 * Finds the session behind an id_token that a client presents as `Bearer`: signature, issuer, audience and
 * time must be right, and its session must still be alive.
 *
 * @throws {Refusal} `idTokenRefused`
 */
export async function findSessionByIdToken(
  deps: FindSessionDeps,
  idToken: string | undefined,
  application: Application,
  now: number,
): Promise<FoundSession> {
  const { clientId } = application
  const read =
    idToken === undefined
      ? undefined
      : await readIdToken(deps.signingKeys, idToken, { issuer: deps.issuer(), clientId }, now)
  const session =
    read === undefined ? undefined : await sessions.findById(deps.db, read.sessionId, clientId, now)
  const user = await userOf(deps.db, session)
  if (session === undefined || user === undefined) throw new Refusal(sessionRefusals.idTokenRefused)
  return { session, user }
}

async function userOf(db: Db, session: sessions.LiveSession | undefined): Promise<User | undefined> {
  const user = session === undefined ? undefined : await findUser(db, session.userId)
  return user?.isDisabled === false ? user : undefined
}
