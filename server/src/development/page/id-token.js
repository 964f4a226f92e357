import { asObject, parseJson, textOf } from './json.js'

/**
 * @typedef {object} Jwt
 * @property {Record<string, unknown>} header
 * @property {Record<string, unknown>} payload
 */

/** @typedef {'verified' | 'refused' | 'unavailable'} Verdict `unavailable` where the browser has no WebCrypto */

/** How WebCrypto calls each `alg` that an id_token can be signed with. */
const algorithms = new Map([
  ['RS256', { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }],
  ['ES256', { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }],
  ['EdDSA', { name: 'Ed25519' }],
])

/**
 * Reads a JWT. Nothing is verified.
 *
 * @param {string} text
 * @returns {Jwt | undefined} `undefined` for what is not a JWT
 */
export function decodeJwt(text) {
  const [header, payload, signature, more] = text.split('.')
  if (!header || !payload || signature === undefined || more !== undefined) return undefined
  const parts = [header, payload].map((part) => {
    try {
      return parseJson(new TextDecoder().decode(bytesOf(part)))
    } catch {
      return undefined
    }
  })
  if (parts.some((part) => typeof part !== 'object' || part === null)) return undefined
  return { header: asObject(parts[0]), payload: asObject(parts[1]) }
}

/**
 * What the id_token says of its user. A client of the contract decodes twice: the payload, then the JSON in `api`.
 *
 * @param {Record<string, unknown>} payload
 */
export function userOf(payload) {
  const api = asObject(parseJson(textOf(payload, 'api')))
  return {
    id: textOf(api, 'id'),
    name: textOf(api, 'name'),
    userName: textOf(api, 'userName'),
    mobile: textOf(api, 'mobile'),
    email: textOf(api, 'email'),
  }
}

/**
 * Whether one of the published keys signed this token. The algorithm comes from the key where the key
 * names one: a token does not choose how it is checked.
 *
 * @param {string} token
 * @param {unknown} keySet what `GET /api/v1/oauth2/keys` answered
 * @returns {Promise<Verdict>}
 */
export async function verifySignature(token, keySet) {
  if (globalThis.crypto?.subtle === undefined) return 'unavailable'
  const jwt = decodeJwt(token)
  const keys = asObject(keySet)['keys']
  if (jwt === undefined || !Array.isArray(keys)) return 'refused'

  const key = keys.map(asObject).find((each) => textOf(each, 'kid') === textOf(jwt.header, 'kid'))
  const alg = textOf(key, 'alg') || textOf(jwt.header, 'alg')
  const algorithm = algorithms.get(alg)
  if (key === undefined || algorithm === undefined || alg !== textOf(jwt.header, 'alg')) return 'refused'

  try {
    const verifyingKey = await crypto.subtle.importKey('jwk', key, algorithm, false, ['verify'])
    const signed = token.slice(0, token.lastIndexOf('.'))
    const signature = bytesOf(token.slice(signed.length + 1))
    const good = await crypto.subtle.verify(
      algorithm,
      verifyingKey,
      signature,
      new TextEncoder().encode(signed),
    )
    return good ? 'verified' : 'refused'
  } catch {
    return 'refused'
  }
}

/** @param {string} base64url */
function bytesOf(base64url) {
  const base64 = base64url.replaceAll('-', '+').replaceAll('_', '/')
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
}
