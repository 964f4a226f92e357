import { randomId } from '../platform/secrets.ts'
import type { SigningAlgorithm } from './make-signing-key.ts'
import { signToken } from './sign-token.ts'
import type { SigningKeys } from './signing-keys.ts'

/** Clocks of relying parties may run this far behind ours. */
const NOT_BEFORE_LEEWAY_SECONDS = 120

/** Whom an id_token is about, as clients of this API family read it. */
export interface IdTokenClaims {
  readonly subject: string
  readonly userId: string
  readonly name: string
  readonly userName: string
  /** `+86-…`, or empty. */
  readonly mobile: string
  readonly email: string
  readonly sessionId: string
}

export interface IdTokenRequest {
  readonly algorithm: SigningAlgorithm
  /** `{public_url}/api/v1/oauth2` */
  readonly issuer: string
  readonly clientId: string
  readonly lifetimeSeconds: number
  readonly claims: IdTokenClaims
}

/**
 * Signs an id_token in both documented payload shapes at once: the person's data at the top level, and
 * again in `api`, a string that holds JSON, which older clients decode a second time.
 *
 * @param now milliseconds since the Unix epoch
 * @see contract, platform section 4.1: `kid` first and no `typ` in the header, `aud` a string, `nbf` two
 *   minutes before `iat`
 */
export async function issueIdToken(keys: SigningKeys, request: IdTokenRequest, now: number): Promise<string> {
  const key = await keys.active(request.algorithm, now)
  const { subject, userId, name, userName, mobile, email, sessionId } = request.claims
  const issuedAt = Math.floor(now / 1000)

  const claims = {
    iss: request.issuer,
    aud: request.clientId,
    sub: subject,
    exp: issuedAt + request.lifetimeSeconds,
    jti: randomId(),
    iat: issuedAt,
    nbf: issuedAt - NOT_BEFORE_LEEWAY_SECONDS,
    sid: sessionId,
    id: userId,
    name,
    userName,
    mobile,
    email,
    api: JSON.stringify({ name, mobile, id: userId, userName, email }),
  }
  return signToken({ kid: key.kid, alg: key.algorithm }, claims, key.algorithm, key.privateKey)
}
