import { hkdfSync, randomInt } from 'node:crypto'
import { createChallenge, verifySolution } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import { z } from 'zod'
import { hashToken } from '../platform/secrets.ts'
import type { Vault } from '../platform/vault/vault.ts'
import type { CheckCaller, SliderDeps } from './slider.ts'
import { takeChallenge } from './take-challenge.ts'

const SECOND_MS = 1000
/** A slow phone may need half a minute, and its owner time to type a number. */
const LIVES_MS = 300 * SECOND_MS

const ALGORITHM = 'PBKDF2/SHA-256'
/** Rounds of one try. A client tries one after the other until it meets the secret one. */
const COST = 1_000
/** About half a second of one core of a laptop; a phone has several and is slower. */
const FEWEST_TRIES = 1_500
const MOST_TRIES = 3_500

/** What is signed of a challenge. */
const parameters = z.strictObject({
  algorithm: z.literal(ALGORITHM),
  cost: z.number(),
  data: z.strictObject({ client_id: z.string() }),
  /** Seconds since the Unix epoch. */
  expiresAt: z.number(),
  keyLength: z.number(),
  keyPrefix: z.string(),
  keySignature: z.string(),
  nonce: z.string(),
  salt: z.string(),
})

/** A challenge in the form that altcha's client takes. */
export const challengeOnWire = z.object({ parameters, signature: z.string() })

const payload = z.object({
  challenge: challengeOnWire,
  solution: z.object({ counter: z.number(), derivedKey: z.string() }),
})

/**
 * Makes a challenge that costs a client's machine about half a second, and nobody else's but one try. Nothing is
 * stored of it: it is signed, and its use is what is remembered.
 *
 * @throws {Refusal} `tooManyChecks`
 */
export async function openProofOfWork(
  deps: SliderDeps,
  caller: CheckCaller,
  now: number,
): Promise<z.infer<typeof challengeOnWire>> {
  await takeChallenge(deps, caller.ip, now)
  const challenge = await createChallenge({
    algorithm: ALGORITHM,
    cost: COST,
    counter: randomInt(FEWEST_TRIES, MOST_TRIES + 1),
    data: { client_id: caller.clientId },
    deriveKey,
    expiresAt: Math.floor((now + LIVES_MS) / SECOND_MS),
    ...secretsOf(deps.vault),
  })
  return challengeOnWire.parse(challenge)
}

/** What a solution is worth before anybody has looked whether it was used. */
export type ReadProof =
  | { readonly is: 'solved'; readonly challengeHash: string; readonly expiresAt: number }
  | { readonly is: 'over' | 'no match'; readonly because: string }

/**
 * Reads what altcha's client hands out for a solved challenge.
 *
 * @param text base64 of JSON
 * @returns `undefined` when it is not of that kind at all
 */
export async function readProofOfWork(
  vault: Vault,
  text: string,
  clientId: string,
  now: number,
): Promise<ReadProof | undefined> {
  const { success, data } = payload.safeParse(parseJson(text))
  if (!success) return undefined
  const { challenge, solution } = data
  const expiresAt = challenge.parameters.expiresAt * SECOND_MS
  if (expiresAt <= now) return { is: 'over', because: 'the proof of work has expired' }
  const { verified, expired } = await verifySolution({
    challenge,
    solution,
    deriveKey,
    ...secretsOf(vault),
  })
  if (expired) return { is: 'over', because: 'the proof of work has expired' }
  if (!verified) return { is: 'no match', because: 'the proof of work is none' }
  if (challenge.parameters.data.client_id !== clientId) {
    return { is: 'no match', because: 'the proof of work is for another application' }
  }
  // Of what is signed, and not of the payload: that can be written in more than one way.
  return { is: 'solved', challengeHash: hashToken(challenge.parameters.nonce), expiresAt }
}

/** One key signs what is asked, another what the answer is. */
function secretsOf({ proofOfWorkKey }: Vault) {
  const derive = (purpose: string) =>
    Buffer.from(hkdfSync('sha256', proofOfWorkKey, '', purpose, 32)).toString('hex')
  return { hmacSignatureSecret: derive('challenge'), hmacKeySignatureSecret: derive('solution') }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64').toString())
  } catch {
    return undefined
  }
}
