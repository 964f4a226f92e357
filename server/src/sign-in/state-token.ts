import { errors, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import { randomId } from '../platform/secrets.ts'

/** The library takes any number for a time, and one that JSON makes infinite as well. */
const contents = z.object({ subject: z.string(), iat: z.int(), exp: z.int() })
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
export async function issueStateToken(key: Uint8Array, content: StateTokenContent): Promise<string> {
  return new SignJWT({
    subject: JSON.stringify({ id: content.signInId }),
    // The next token of a sign-in is another one, also within a second.
    jti: randomId(),
    aud: content.clientId,
    iat: Math.floor(content.issuedAt / 1000),
    exp: Math.floor(content.expiresAt / 1000),
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(key)
}

/**
 * Reads a state token. It is only a claim to a sign-in: the row behind it decides.
 *
 * @returns the sign-in's id; `undefined` whatever is wrong with the token
 */
export async function readStateToken(
  key: Uint8Array,
  stateToken: string,
  clientId: string,
  now: number,
): Promise<string | undefined> {
  if (!isCanonical(stateToken)) return undefined
  try {
    const { payload } = await jwtVerify(stateToken, key, {
      algorithms: ['HS256'],
      typ: 'JWT',
      audience: clientId,
      currentDate: new Date(now),
    })
    const { subject } = contents.parse(payload)
    return subjectText.parse(JSON.parse(subject)).id
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof z.ZodError || error instanceof SyntaxError) {
      return undefined
    }
    throw error
  }
}

/** The last character of a signature has spare bits, which would give one token several spellings. */
function isCanonical(token: string): boolean {
  return token.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part)
}
