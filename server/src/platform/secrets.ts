import { hash, randomBytes } from 'node:crypto'

export const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'
/** Without i, l, o and u: no two of them look alike, and they spell no words. */
const READABLE = '0123456789abcdefghjkmnpqrstvwxyz'

/** Fetching random bytes takes as long for a few as for many. Each is given out once and kept nowhere. */
const POOL_BYTES = 4096
let pool = Buffer.alloc(0)

function takeRandom(length: number): Buffer {
  if (pool.length < length) pool = randomBytes(POOL_BYTES)
  const taken = Buffer.from(pool.subarray(0, length))
  pool.fill(0, 0, length)
  pool = pool.subarray(length)
  return taken
}

/** 128 random bits as 22 base64url characters. */
export function randomId(): string {
  return takeRandom(16).toString('base64url')
}

/** In the order of their ASCII codes, so that ids sort as what they are made of. */
const ORDERED = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz'
const ORDERED_ALPHANUMERIC = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const TIME_LETTERS = 8

/**
 * An id of the same length that sorts by its time, for rows of which many are written and none is secret: those of
 * one moment stand side by side in an index, where random ones would each change a page of their own. 48 bits are
 * the time, 84 are random.
 *
 * @param at milliseconds since the Unix epoch
 */
export function orderedId(at: number): string {
  return inLetters(at, ORDERED, TIME_LETTERS) + pick(ORDERED, 22 - TIME_LETTERS)
}

/**
 * A token of letters and digits that sorts by its time: so many of its letters tell it, the others are random.
 *
 * @param at milliseconds since the Unix epoch; seven letters tell them until 2081
 */
export function orderedToken(at: number, timeLetters: number, length: number): string {
  return inLetters(at, ORDERED_ALPHANUMERIC, timeLetters) + randomAlphanumeric(length - timeLetters)
}

function inLetters(at: number, alphabet: string, length: number): string {
  let letters = ''
  for (let rest = at; letters.length < length; rest = Math.floor(rest / alphabet.length)) {
    letters = alphabet.charAt(rest % alphabet.length) + letters
  }
  return letters
}

/** Uniform digits, leading zeros included. */
export function randomDigits(length: number): string {
  return pick('0123456789', length)
}

/** Uniform hexadecimal digits in upper case: 4 bits each. */
export function randomHex(length: number): string {
  return pick('0123456789ABCDEF', length)
}

/** Uniform letters and digits; 32 of them hold 190 bits. */
export function randomAlphanumeric(length: number): string {
  return pick(ALPHANUMERIC, length)
}

/** Uniform lower-case base32 (RFC 4648), which a person can read out. */
export function randomBase32(length: number): string {
  return pick(BASE32, length)
}

/** Uniform digits and letters of which no two look alike, for a person to copy from paper: 5 bits each. */
export function randomReadable(length: number): string {
  return pick(READABLE, length)
}

/** From random bytes, of which those are left out that would make some letters likelier than others. */
function pick(alphabet: string, length: number): string {
  const fairBelow = 256 - (256 % alphabet.length)
  let picked = ''
  while (picked.length < length) {
    for (const byte of takeRandom(length - picked.length)) {
      if (byte < fairBelow) picked += alphabet.charAt(byte % alphabet.length)
    }
  }
  return picked
}

/**
 * What is stored of a token. A plain hash is enough because a token holds at least 128 random bits;
 * a short code needs a key as well, see `Vault.mac`.
 */
export function hashToken(token: string): string {
  return hash('sha256', token, 'base64url')
}
