import { asObject, numberOf, textOf } from './json.js'

/**
 * What an authenticator app is given.
 *
 * @typedef {object} Begun
 * @property {string} secret base32
 * @property {string} uri `otpauth://totp/…`
 * @property {string} qrSvg
 */

/**
 * What a user can show besides his first proof.
 *
 * @typedef {object} OwnFactors
 * @property {boolean} hasTotp
 * @property {number} totpSince milliseconds since the Unix epoch
 * @property {number} codesLeft
 * @property {Passkey[]} passkeys
 */

/**
 * @typedef {object} Passkey
 * @property {string} id
 * @property {string} name
 * @property {number} createdAt milliseconds since the Unix epoch
 * @property {number | undefined} lastUsedAt
 * @property {boolean} isBackedUp
 */

/**
 * A device on which one user is asked for no second factor.
 *
 * @typedef {object} TrustedDevice
 * @property {string} id
 * @property {string} clientId
 * @property {string} application its name
 * @property {string} operatingSystem
 * @property {string} ip
 * @property {number} trustedAt milliseconds since the Unix epoch
 * @property {number} expiresAt
 */

/** @param {unknown} reply @returns {Begun} */
export function begunOf(reply) {
  return { secret: textOf(reply, 'secret'), uri: textOf(reply, 'uri'), qrSvg: textOf(reply, 'qr_svg') }
}

/**
 * @param {unknown} reply of whatever may bring codes
 * @returns {string[]} none when it brings none
 */
export function recoveryCodesOf(reply) {
  return listOf(reply, 'recovery_codes').map(String)
}

/** @param {unknown} reply of `GET factors` @returns {OwnFactors} */
export function ownFactorsOf(reply) {
  const totp = asObject(reply)['totp']
  return {
    hasTotp: asObject(totp)['enrolled'] === true,
    totpSince: momentOf(totp, 'since') ?? 0,
    codesLeft: numberOf(asObject(reply)['recovery_codes'], 'remaining') ?? 0,
    passkeys: listOf(reply, 'passkeys').map((each) => ({
      id: textOf(each, 'id'),
      name: textOf(each, 'name'),
      createdAt: momentOf(each, 'created_at') ?? 0,
      lastUsedAt: momentOf(each, 'last_used_at'),
      isBackedUp: asObject(each)['backed_up'] === true,
    })),
  }
}

/** @param {unknown} reply of `GET trusted-devices` @returns {TrustedDevice[]} the newest first */
export function trustedDevicesOf(reply) {
  const devices = listOf(reply, 'trusted_devices').map((each) => ({
    id: textOf(each, 'id'),
    clientId: textOf(each, 'client_id'),
    application: textOf(each, 'application'),
    operatingSystem: textOf(each, 'operating_system'),
    ip: textOf(each, 'ip'),
    trustedAt: momentOf(each, 'trusted_at') ?? 0,
    expiresAt: momentOf(each, 'expires_at') ?? 0,
  }))
  return devices.toReversed()
}

/** @param {unknown} value @param {string} name @returns {unknown[]} */
function listOf(value, name) {
  const list = asObject(value)[name]
  return Array.isArray(list) ? list : []
}

/** @param {unknown} value @param {string} name @returns milliseconds since the Unix epoch */
function momentOf(value, name) {
  const seconds = numberOf(value, name)
  return seconds === undefined ? undefined : seconds * 1000
}
