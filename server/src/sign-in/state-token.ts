import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { randomId } from '../platform/secrets.ts'

/** The same for each, to the letter: what says anything else was not made here, and is not looked into. */
const HEADER = encoded({ alg: 'HS256', typ: 'JWT' })
const contents = z.strictObject({
  subject: z.string(),
  /** Not in those of earlier versions. */
  jti: z.string().optional(),
  aud: z.string(),
  iat: z.int(),
  exp: z.int(),
})
const subjectText = z.object({ id: z.string().length(22) })

/** What a state token says, for an application, until a moment. */
export interface StateTokenContent {
  readonly signInId: string
  readonly clientId: string
  /** Milliseconds since the Unix epoch. */
  readonly issuedAt: number
  readonly expiresAt: number
}

/**
 * Issues the token that continues a sign-in: `{"alg":"HS256","typ":"JWT"}` and a payload that begins with
 * `subject`, as the contract shows it. It holds the sign-in's id and nothing of the person.
 */
export function issueStateToken(key: KeyObject, content: StateTokenContent): string {
  const payload = encoded({
    subject: JSON.stringify({ id: content.signInId }),
    // The next token of a sign-in is another one, also within a second.
    jti: randomId(),
    aud: content.clientId,
    iat: Math.floor(content.issuedAt / 1000),
    exp: Math.floor(content.expiresAt / 1000),
  })
  return `${HEADER}.${payload}.${signatureOf(key, payload)}`
}

/**
 * Reads a state token. It is only a claim to a sign-in: the row behind it decides.
 *
 * @returns the sign-in's id; `undefined` whatever is wrong with the token
 */
export function readStateToken(
  key: KeyObject,
  stateToken: string,
  clientId: string,
  now: number,
): string | undefined {
  const [header, payload, signature, ...rest] = stateToken.split('.')
  if (header !== HEADER || payload === undefined || signature === undefined || rest.length > 0) {
    return undefined
  }
  // As text, so that a signature has one spelling: the last character of its base64url has spare bits.
  if (!isSame(signature, signatureOf(key, payload))) return undefined
  try {
    const { subject, aud, exp } = contents.parse(decoded(payload))
    if (aud !== clientId || exp <= Math.floor(now / 1000)) return undefined
    return subjectText.parse(JSON.parse(subject)).id
  } catch (error) {
    if (error instanceof z.ZodError || error instanceof SyntaxError) return undefined
    throw error
  }
}

function signatureOf(key: KeyObject, payload: string): string {
  return createHmac('sha256', key).update(`${HEADER}.${payload}`).digest('base64url')
}

function isSame(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)]
  return first.length === second.length && timingSafeEqual(first, second)
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

function decoded(part: string): unknown {
  return JSON.parse(Buffer.from(part, 'base64url').toString())
}
