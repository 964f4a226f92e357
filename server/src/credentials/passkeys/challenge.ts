import { createHash, randomBytes } from 'node:crypto'
import type { Db } from '../../platform/db/index.ts'
import { hashToken } from '../../platform/secrets.ts'
import { readClientData } from './client-data.ts'
import * as store from './passkey-challenge.store.ts'

export type { Ceremony } from './passkey-challenge.store.ts'

const CHALLENGE_BYTES = 32

/** How long a person has to find his device and show himself to it. */
export const CHALLENGE_LIFETIME_MS = 5 * 60 * 1000

/** Gives out a challenge for one ceremony. @returns base64url */
export async function issueChallenge(db: Db, ceremony: store.Ceremony, now: number): Promise<string> {
  const challenge = randomBytes(CHALLENGE_BYTES).toString('base64url')
  await store.insert(db, hashToken(challenge), ceremony, now + CHALLENGE_LIFETIME_MS)
  return challenge
}

/**
 * Uses up the challenge that a response answers, before anything of it is verified: a response is tried once,
 * whatever comes of it.
 *
 * @param clientDataJson base64url, as the browser made it
 * @returns the challenge; `undefined` when it is not one for this ceremony, or not any more
 */
export async function useChallenge(
  db: Db,
  clientDataJson: string,
  ceremony: store.Ceremony,
  now: number,
): Promise<string | undefined> {
  const challenge = readClientData(clientDataJson)?.challenge
  if (challenge === undefined) return undefined
  return (await store.use(db, hashToken(challenge), ceremony, now)) ? challenge : undefined
}

/** By what an authenticator knows a user: always the same for him, and nothing that tells who he is. */
export function userHandleOf(userId: string): Buffer {
  return createHash('sha256').update(`passkey user ${userId}`).digest()
}
