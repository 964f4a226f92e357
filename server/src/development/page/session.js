import { decodeJwt, userOf } from './id-token.js'
import { numberOf, textOf } from './json.js'

/**
 * How a person came to the session: by WeChat's word alone, and why that was enough; by a proof that bound him;
 * by his number alone; by a code to an address of his; by his password; by a passkey; by a second factor; as a new user.
 *
 * @typedef {(
 *   | ({ how: 'at-once' } & ReturnType<typeof import('./accounts.js').whyAtOnce>)
 *   | { how: 'proved' }
 *   | { how: 'by-phone' | 'by-code' | 'by-password' | 'by-passkey' | 'by-second-factor' | 'new' }
 * )} Came
 */

/**
 * What a signed-in client holds.
 *
 * @typedef {object} Session
 * @property {string} sessionToken
 * @property {number} endsAt milliseconds since the Unix epoch
 * @property {string} idToken
 * @property {number} idTokenEndsAt by this machine's clock, whatever the server's says
 * @property {import('./id-token.js').Jwt | undefined} jwt
 * @property {ReturnType<typeof userOf>} user
 * @property {import('./id-token.js').Verdict | undefined} verdict `undefined` while the keys are on their way
 * @property {Came} came
 */

/** @param {import('./id-token.js').Jwt | undefined} jwt @returns seconds */
function lifetimeOf(jwt) {
  return (numberOf(jwt?.payload, 'exp') ?? 0) - (numberOf(jwt?.payload, 'iat') ?? 0)
}

/**
 * @param {unknown} reply of a completed sign-in, or of a refresh
 * @param {Came} came
 * @returns {Session}
 */
export function sessionOf(reply, came) {
  const idToken = textOf(reply, 'id_token')
  const jwt = decodeJwt(idToken)
  return {
    sessionToken: textOf(reply, 'session_token'),
    endsAt: Date.now() + (numberOf(reply, 'expire') ?? 0) * 1000,
    idToken,
    idTokenEndsAt: Date.now() + lifetimeOf(jwt) * 1000,
    jwt,
    user: userOf(jwt?.payload ?? {}),
    verdict: undefined,
    came,
  }
}
