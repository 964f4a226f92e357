import { remember, remembered } from './api.js'

/** Trust is in a device at one application; the page keeps that of whoever was trusted there last. */
const KEPT_FOR = 'ligature-dev-device-token-'

/**
 * What this browser shows so that a second factor is not asked for.
 *
 * @param {string} clientId
 * @returns {Record<string, string>}
 */
export function deviceHeader(clientId) {
  const token = remembered(KEPT_FOR + clientId)
  return token === '' ? {} : { 'X-device-token': token }
}

/**
 * @param {string} clientId
 * @param {string} token the empty one of a reply that has none changes nothing
 */
export function keepDeviceToken(clientId, token) {
  if (token !== '') remember(KEPT_FOR + clientId, token)
}
