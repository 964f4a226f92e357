import { asObject, numberOf, textOf } from './json.js'

/** How many tries are under way at once. */
const AT_ONCE = 16

/** Whether this browser can do the work: WebCrypto is there on https and on this machine's own addresses only. */
export const canWork = globalThis.crypto?.subtle !== undefined

/**
 * Finds the counter whose key begins as the challenge wants it, one after the other, for a second or so.
 *
 * @param {unknown} challenge what `GET altcha` answered
 * @returns {Promise<string>} what goes into `captcha_token`
 */
export async function solve(challenge) {
  const parameters = asObject(asObject(challenge)['parameters'])
  const prefix = textOf(parameters, 'keyPrefix')
  for (let first = 0; ; first += AT_ONCE) {
    const counters = Array.from({ length: AT_ONCE }, (_, index) => first + index)
    const keys = await Promise.all(counters.map((counter) => keyOf(parameters, counter)))
    const found = keys.findIndex((key) => key.startsWith(prefix))
    if (found < 0) continue
    const solution = { counter: first + found, derivedKey: keys[found] }
    return btoa(JSON.stringify({ challenge, solution }))
  }
}

/** @param {Record<string, unknown>} parameters @param {number} counter */
async function keyOf(parameters, counter) {
  const nonce = bytesOf(textOf(parameters, 'nonce'))
  const password = new Uint8Array(nonce.length + 4)
  password.set(nonce)
  new DataView(password.buffer).setUint32(nonce.length, counter)
  const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits'])
  const derivation = {
    name: 'PBKDF2',
    hash: 'SHA-256',
    salt: bytesOf(textOf(parameters, 'salt')),
    iterations: numberOf(parameters, 'cost') ?? 1,
  }
  const bits = await crypto.subtle.deriveBits(derivation, key, (numberOf(parameters, 'keyLength') ?? 32) * 8)
  return [...new Uint8Array(bits)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** @param {string} hex */
function bytesOf(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}
