import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { isoCBOR } from '@simplewebauthn/server/helpers'
import { z } from 'zod'

const options = z.object({ challenge: z.string() })
const created = options.extend({ user: z.object({ id: z.string() }) })

/** What a test makes a key say that an honest one would not. */
export interface Untruth {
  readonly origin?: string
  readonly rpId?: string
  readonly isVerified?: boolean
  readonly userHandle?: string | null
  readonly signCount?: number
  readonly type?: string
  readonly isInFrame?: boolean
  /** Of the attestation: another than none. */
  readonly format?: string
}

/** A passkey in this process, which signs whatever a test wants it to: no browser is between. */
export interface SoftwareKey {
  readonly credentialId: string
  /** @param json creation options @returns as `toJSON()` of a browser */
  create(json: unknown, untruth?: Untruth): Response
  /** @param json request options */
  get(json: unknown, untruth?: Untruth): Response
}

interface Response {
  readonly id: string
  readonly rawId: string
  readonly type: string
  readonly response: Readonly<Record<string, string | undefined | readonly string[]>>
}

const PRESENT = 0x01
const VERIFIED = 0x04
const HAS_KEY = 0x40

/** @param origin of the page that it is used on */
export function makeSoftwareKey(origin: string, rpId = 'localhost'): SoftwareKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const id = randomBytes(32)
  const credentialId = id.toString('base64url')
  let userHandle = ''
  let count = 0

  const dataOf = (untruth: Untruth, isNew: boolean): Buffer => {
    const flags = PRESENT | (untruth.isVerified === false ? 0 : VERIFIED) | (isNew ? HAS_KEY : 0)
    const numbers = Buffer.alloc(5)
    numbers.writeUInt8(flags)
    numbers.writeUInt32BE(untruth.signCount ?? ++count, 1)
    return Buffer.concat([sha256(untruth.rpId ?? rpId), numbers])
  }
  const clientDataOf = (json: unknown, type: string, untruth: Untruth): Buffer =>
    Buffer.from(
      JSON.stringify({
        type: untruth.type ?? type,
        challenge: options.parse(json).challenge,
        origin: untruth.origin ?? origin,
        crossOrigin: untruth.isInFrame ?? false,
      }),
    )
  const answer = (response: Response['response']): Response => ({
    id: credentialId,
    rawId: credentialId,
    type: 'public-key',
    response,
  })

  return {
    credentialId,
    create(json, untruth = {}) {
      userHandle = created.parse(json).user.id
      const length = Buffer.alloc(2)
      length.writeUInt16BE(id.length)
      const about = Buffer.concat([Buffer.alloc(16), length, id, coseOf(publicKey)])
      const attestation = new Map<string, string | Uint8Array | Map<string, string>>([
        ['fmt', untruth.format ?? 'none'],
        ['attStmt', new Map<string, string>()],
        ['authData', new Uint8Array(Buffer.concat([dataOf(untruth, true), about]))],
      ])
      return answer({
        clientDataJSON: clientDataOf(json, 'webauthn.create', untruth).toString('base64url'),
        attestationObject: Buffer.from(isoCBOR.encode(attestation)).toString('base64url'),
        transports: ['internal'],
      })
    },
    get(json, untruth = {}) {
      const clientData = clientDataOf(json, 'webauthn.get', untruth)
      const data = dataOf(untruth, false)
      const signature = createSign('sha256')
        .update(Buffer.concat([data, sha256(clientData)]))
        .sign(privateKey)
      const handle = untruth.userHandle === undefined ? userHandle : (untruth.userHandle ?? undefined)
      return answer({
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: signature.toString('base64url'),
        userHandle: handle,
      })
    },
  }
}

/** @see RFC 9053, section 7.1.1: kty 2, alg -7, crv 1, x, y */
function coseOf(publicKey: KeyObject): Buffer {
  const { x, y } = publicKey.export({ format: 'jwk' })
  const bytes = (text: string | undefined) => new Uint8Array(Buffer.from(text ?? '', 'base64url'))
  const key = new Map<number, number | Uint8Array>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, bytes(x)],
    [-3, bytes(y)],
  ])
  return Buffer.from(isoCBOR.encode(key))
}

function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest()
}
