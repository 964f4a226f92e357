import { decodeJwt, userOf } from './id-token.js'
import { numberOf, textOf } from './json.js'

/**
 * What a signed-in client holds.
 *
 * @typedef {object} Session
 * @property {string} sessionToken
 * @property {number} endsAt milliseconds since the Unix epoch
 * @property {string} idToken
 * @property {import('./id-token.js').Jwt | undefined} jwt
 * @property {ReturnType<typeof userOf>} user
 * @property {import('./id-token.js').Verdict | undefined} verdict `undefined` while the keys are on their way
 * @property {boolean} atOnce the identity was bound already: no proof was asked for
 */

/**
 * @param {unknown} reply of a completed sign-in, or of a refresh
 * @param {boolean} atOnce
 * @returns {Session}
 */
export function sessionOf(reply, atOnce) {
  const idToken = textOf(reply, 'id_token')
  const jwt = decodeJwt(idToken)
  return {
    sessionToken: textOf(reply, 'session_token'),
    endsAt: Date.now() + (numberOf(reply, 'expire') ?? 0) * 1000,
    idToken,
    jwt,
    user: userOf(jwt?.payload ?? {}),
    verdict: undefined,
    atOnce,
  }
}
