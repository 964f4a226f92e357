import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  generateKeyPairSync,
  hash,
  randomBytes,
  sign,
  timingSafeEqual,
} from 'node:crypto'
import { z } from 'zod'
import { orderedId, randomAlphanumeric, randomId } from '../../server/src/platform/secrets.ts'
import { toFixedLength } from '../../server/src/tokens/fixed-length.ts'

export { orderedId, randomId }

export type Algorithm = 'ES256' | 'RS256'

/** OpenSSL has taken it in already: that takes longer than a short text does. */
const key = createSecretKey(randomBytes(32))
const ID_TOKEN_SECONDS = 300
const NOT_BEFORE_LEEWAY_SECONDS = 120

/** 32 letters and digits, all equally likely. */
export const randomSessionToken = (): string => randomAlphanumeric(32)
export const hashToken = (token: string): string => hash('sha256', token, 'base64url')
export const blindIndex = (address: string): string => keyedHash('sms', address)
export const codeHash = (verificationId: string, code: string): string => keyedHash(verificationId, code)
export const isSame = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))

function keyedHash(kind: string, value: string): string {
  return createHmac('sha256', key).update(kind).update('\0').update(value).digest('base64url')
}

export function objectId(now: number): string {
  const moment = new Date(now).toISOString().replace(/[-:.TZ]/g, '')
  const random = randomBytes(7).toString('hex').toUpperCase()
  return `${moment}-${random.slice(0, 4)}-${random.slice(4, 13)}`
}

export function seal(context: string, text: string): string {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context))
  return Buffer.concat([iv, cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString('base64url')
}

export function unseal(context: string, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
  decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-16))
  return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString()
}

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const stateTokenHead = base64url({ alg: 'HS256', typ: 'JWT' })
const stateTokenContent = z.object({ subject: z.string(), aud: z.string(), exp: z.number() })
const subjectContent = z.object({ id: z.string() })

export function issueStateToken(signInId: string, clientId: string, issuedAt: number, exp: number): string {
  const subject = JSON.stringify({ id: signInId })
  const text = `${stateTokenHead}.${base64url({ subject, aud: clientId, iat: issuedAt, exp })}`
  return `${text}.${macOf(text)}`
}

/** @returns the id of the sign-in; `undefined` for a token that is forged, expired or another application's */
export function readStateToken(token: string, clientId: string, now: number): string | undefined {
  const [head = '', body = '', mac = ''] = token.split('.')
  if (!isSame(mac, macOf(`${head}.${body}`))) return undefined
  const { subject, aud, exp } = stateTokenContent.parse(JSON.parse(Buffer.from(body, 'base64url').toString()))
  return aud === clientId && exp * 1000 > now ? subjectContent.parse(JSON.parse(subject)).id : undefined
}

function macOf(text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url')
}

export interface Claims {
  readonly clientId: string
  readonly userId: string
  readonly userName: string
  readonly name: string
  readonly mobile: string
  readonly sessionId: string
}

/**
 * Signs the id_token that the product signs: the same claims in the same order. `node:crypto` does it on this
 * thread; on one core that is quicker than a round through the thread pool.
 */
export function openSigner(algorithm: Algorithm, issuer: string): (claims: Claims, now: number) => string {
  const privateKey =
    algorithm === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
      : generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const head = base64url({ kid: randomId(), alg: algorithm })
  return ({ clientId, userId, userName, name, mobile, sessionId }, now) => {
    const iat = Math.floor(now / 1000)
    const text = `${head}.${base64url({
      iss: issuer,
      aud: clientId,
      sub: userId,
      exp: iat + ID_TOKEN_SECONDS,
      jti: randomId(),
      iat,
      nbf: iat - NOT_BEFORE_LEEWAY_SECONDS,
      sid: sessionId,
      id: userId,
      name,
      userName,
      mobile,
      email: '',
      api: JSON.stringify({ name, mobile, id: userId, userName, email: '' }),
    })}`
    const made = sign('sha256', Buffer.from(text), privateKey)
    const signature = algorithm === 'ES256' ? toFixedLength(made) : made
    return `${text}.${signature.toString('base64url')}`
  }
}
