import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { StoreAway } from '../db/store-away.ts'
import { ALPHANUMERIC } from '../secrets.ts'

/** The largest multiple of the alphabet's length that a byte can hold. */
const UNBIASED_BELOW = 248
const IV_BYTES = 12
const TAG_BYTES = 16
const KEY_BYTES = 32

/** What a derived key is for. Each has its own, so that nothing made for one is good for another. */
export type KeyPurpose =
  | 'wrap data keys'
  | 'find addresses'
  | 'hash codes'
  | 'sign state tokens'
  | 'renew sessions'
  | 'sign proofs of work'

/** A key that encrypts rows, kept in the database wrapped under the master key. */
export interface DataKey {
  /** Written in front of every ciphertext, so that several keys can be in use during a rotation. */
  readonly number: number
  readonly key: Buffer
  /** It opens from the first moment, and seals from here on, when every instance has it. */
  readonly sealsFrom: number
}

/** Everything that needs a long-lived secret of this deployment. */
export interface Vault {
  /**
   * Encrypts (AES-256-GCM) under the newest data key whose time has come.
   *
   * @param context where the text stands, for example `user_address U1 sms`; opening it elsewhere fails,
   *   so a ciphertext copied into another row is refused
   */
  seal(context: string, text: string): string
  /**
   * @throws {StoreAway} for a data key that is not here: the database could not be read since it was made
   * @throws {Error} when the ciphertext was altered or moved
   */
  open(context: string, sealed: string): string
  /**
   * A keyed hash by which equal values are found and kept unique without being readable.
   *
   * @param kind what the value is, for example `sms`; equal values of two kinds differ
   */
  blindIndex(kind: string, value: string): string
  /** A keyed hash of a short code: without the key, six digits are guessed in a millisecond. */
  codeHash(verificationId: string, verifyCode: string): string
  /** 32 letters and digits to follow this session token, which only the holder of both can tell. */
  nextToken(sessionToken: string): string
  /** The key of the state tokens (HS256). */
  readonly stateTokenKey: KeyObject
  /** The key of the challenges that a client's machine works on (HS256). */
  readonly proofOfWorkKey: Buffer
}

/** @see RFC 5869. The master key is uniformly random, so the salt may be empty. */
export function deriveKey(masterKey: Buffer, purpose: KeyPurpose): Buffer {
  return Buffer.from(hkdfSync('sha256', masterKey, '', `ligature ${purpose}`, KEY_BYTES))
}

/** A vault whose data keys change while it is open. */
export interface GrowingVault extends Vault {
  /** Goes on with these data keys; those that are not among them are forgotten. */
  learn(dataKeys: readonly DataKey[], now: number): void
  /** The number of the data key that seals. */
  sealingNumber(): number
}

/**
 * @param dataKeys at least one, the newest last
 * @param now milliseconds since the Unix epoch
 */
export function createVault(masterKey: Buffer, dataKeys: readonly DataKey[], now: number): GrowingVault {
  let sealing = sealingAt(dataKeys, now)
  let byNumber = readyKeys(dataKeys)
  const indexKey = createSecretKey(deriveKey(masterKey, 'find addresses'))
  const codeKey = createSecretKey(deriveKey(masterKey, 'hash codes'))
  const renewalKey = createSecretKey(deriveKey(masterKey, 'renew sessions'))

  return {
    learn(newer, at) {
      sealing = sealingAt(newer, at)
      byNumber = readyKeys(newer)
    },
    sealingNumber: () => sealing.number,
    seal: (context, text) =>
      `${sealing.number}.${encrypt(byNumber.get(sealing.number) ?? sealing.key, context, Buffer.from(text))}`,
    open(context, sealed) {
      const dot = sealed.indexOf('.')
      const key = byNumber.get(Number(sealed.slice(0, dot)))
      if (key === undefined) throw new StoreAway('sealed under a data key that is not here')
      return decrypt(key, context, sealed.slice(dot + 1)).toString()
    },
    blindIndex: (kind, value) => keyedHash(indexKey, kind, value),
    codeHash: (verificationId, verifyCode) => keyedHash(codeKey, verificationId, verifyCode),
    nextToken: (sessionToken) => lettersAndDigits(renewalKey, sessionToken, 32),
    stateTokenKey: createSecretKey(deriveKey(masterKey, 'sign state tokens')),
    proofOfWorkKey: deriveKey(masterKey, 'sign proofs of work'),
  }
}

/** Keys that OpenSSL has taken in already: doing so takes longer than a short text does. */
function readyKeys(dataKeys: readonly DataKey[]): ReadonlyMap<number, KeyObject> {
  return new Map(dataKeys.map(({ number, key }) => [number, createSecretKey(key)]))
}

/** The newest whose time has come; before anybody's time the oldest. */
function sealingAt(dataKeys: readonly DataKey[], now: number): DataKey {
  const sealing = dataKeys.findLast((dataKey) => dataKey.sealsFrom <= now) ?? dataKeys[0]
  if (sealing === undefined) throw new Error('a vault needs a data key')
  return sealing
}

/** @returns base64url of nonce, ciphertext and tag */
export function encrypt(key: Buffer | KeyObject, context: string, clear: Buffer): string {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context))
  return Buffer.concat([iv, cipher.update(clear), cipher.final(), cipher.getAuthTag()]).toString('base64url')
}

/** @throws {Error} when key, context or ciphertext is not the one it was made with */
export function decrypt(key: Buffer | KeyObject, context: string, sealed: string): Buffer {
  const bytes = Buffer.from(sealed, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-TAG_BYTES))
  return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()])
}

/** The zero byte keeps `('ab', 'c')` and `('a', 'bc')` apart. */
function keyedHash(key: KeyObject, kind: string, value: string): string {
  return createHmac('sha256', key).update(kind).update('\0').update(value).digest('base64url')
}

/** Letters and digits drawn from a keyed hash. A byte that would favour some of them is passed over. */
function lettersAndDigits(key: KeyObject, seed: string, length: number): string {
  let text = ''
  for (let round = 0; text.length < length; round++) {
    for (const byte of createHmac('sha512', key).update(`${round} ${seed}`).digest()) {
      if (byte < UNBIASED_BELOW) text += ALPHANUMERIC.charAt(byte % ALPHANUMERIC.length)
    }
  }
  return text.slice(0, length)
}
