/**
 * What a browser did with options.
 *
 * @typedef {{ response: unknown } | { problem: Problem }} Made
 */

/** @typedef {'cancelled' | 'known' | 'unable'} Problem `cancelled`: by the person, or nobody came in time; `known`: the device has one already */

/**
 * Whether this page can use passkeys. Browsers keep them for names, on https or on this machine; `elsewhere` where
 * the same page at `localhost` could.
 *
 * @returns {'yes' | 'elsewhere' | 'no'}
 */
export function passkeysHere() {
  const isLoopback = location.hostname.startsWith('127.') || location.hostname === '[::1]'
  if (isLoopback) return 'elsewhere'
  if (window.PublicKeyCredential === undefined) return 'no'
  return /^[\d.]+$|^\[/.test(location.hostname) ? 'no' : 'yes'
}

/** This page under the name that has passkeys. */
export function pageAtLocalhost() {
  const url = new URL(location.href)
  url.hostname = 'localhost'
  return url.href
}

/**
 * Has the device make a passkey.
 *
 * @param {unknown} options as the server sends them
 */
export function makePasskey(options) {
  return ask(async () => {
    const json = /** @type {PublicKeyCredentialCreationOptionsJSON} */ (options)
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(json)
    return navigator.credentials.create({ publicKey })
  })
}

/**
 * Has the device show a passkey.
 *
 * @param {unknown} options as the server sends them
 */
export function showPasskey(options) {
  return ask(async () => {
    const json = /** @type {PublicKeyCredentialRequestOptionsJSON} */ (options)
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(json)
    return navigator.credentials.get({ publicKey })
  })
}

/**
 * @param {() => Promise<Credential | null>} act
 * @returns {Promise<Made>}
 */
async function ask(act) {
  try {
    const credential = await act()
    if (credential instanceof PublicKeyCredential) return { response: credential.toJSON() }
    return { problem: 'unable' }
  } catch (error) {
    const name = error instanceof DOMException ? error.name : ''
    if (name === 'NotAllowedError' || name === 'AbortError') return { problem: 'cancelled' }
    return { problem: name === 'InvalidStateError' ? 'known' : 'unable' }
  }
}
