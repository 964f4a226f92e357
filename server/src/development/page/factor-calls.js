/**
 * @typedef {import('./api.js').Call} Call
 * @typedef {import('./api.js').Reply} Reply
 * @typedef {import('./steps.js').Step} Step
 */

const SDK = '/api/v2/sdk'
/** What only this server has. */
const OURS = '/api/v2/ligature'
const FACTORS = `${OURS}/factors`
const DEVICES = `${OURS}/trusted-devices`

/**
 * The requests about second factors, in a sign-in and by the signed-in user.
 *
 * @param {{
 *   state: import('./state.js').State,
 *   sdk: (call: Omit<Call, 'method'> & { method?: Call['method'] }) => Promise<Reply>,
 *   continued: () => Record<string, string>,
 *   byUser: () => Record<string, string>,
 * }} deps `continued` and `byUser`: the headers of an open sign-in and of whoever is signed in
 */
export function createFactorCalls({ state, sdk, continued, byUser }) {
  const trust = () => (state.trustsDevice ? { trust_device: true } : {})

  /** @param {Call['name']} name @param {string} path @param {object} [body] */
  const own = (name, path, body) => sdk({ name, path, headers: byUser(), ...(body && { body }) })

  return {
    ownMobile: () =>
      sdk({ name: 'ownMobile', method: 'GET', path: `${SDK}/mobile-by-token`, headers: continued() }),
    passByCode: (/** @type {Step} */ { factor, path }) =>
      sdk({
        name: factor === 'recovery-code' ? 'passByRecoveryCode' : 'passByTotp',
        // What was begun on the way in is confirmed where it is shown later.
        path: path.replace(/\/enrol$/, ''),
        headers: continued(),
        body: { code: state.verifyCode.trim(), ...trust() },
      }),
    passkeyOptions: (/** @type {Step} */ { path }) =>
      sdk({ name: 'passkeyOptions', path: `${path}/options`, headers: continued() }),
    passByPasskey: (/** @type {Step} */ { path }, /** @type {unknown} */ response) =>
      sdk({ name: 'passByPasskey', path, headers: continued(), body: { response, ...trust() } }),
    enrolTotp: (/** @type {Step} */ { path }) => sdk({ name: 'enrolTotp', path, headers: continued() }),

    passkeyLoginOptions: () => sdk({ name: 'passkeyLoginOptions', path: `${OURS}/login/passkey/options` }),
    loginByPasskey: (/** @type {unknown} */ response) =>
      sdk({ name: 'loginByPasskey', path: `${OURS}/login/passkey`, body: { response } }),

    factors: () => sdk({ name: 'factors', method: 'GET', path: FACTORS, headers: byUser() }),
    beginTotp: () => own('beginTotp', `${FACTORS}/totp`),
    confirmTotp: () => own('confirmTotp', `${FACTORS}/totp/confirm`, { code: state.verifyCode.trim() }),
    removeTotp: () => own('removeTotp', `${FACTORS}/totp/remove`),
    makeRecoveryCodes: () => own('makeRecoveryCodes', `${FACTORS}/recovery-codes`),
    newPasskeyOptions: () => own('newPasskeyOptions', `${FACTORS}/passkeys/options`),
    addPasskey: (/** @type {string} */ name, /** @type {unknown} */ response) =>
      own('addPasskey', `${FACTORS}/passkeys`, { name, response }),
    renamePasskey: (/** @type {string} */ id, /** @type {string} */ name) =>
      own('renamePasskey', `${FACTORS}/passkeys/rename`, { id, name }),
    removePasskey: (/** @type {string} */ id) => own('removePasskey', `${FACTORS}/passkeys/remove`, { id }),

    trustedDevices: () => sdk({ name: 'trustedDevices', method: 'GET', path: DEVICES, headers: byUser() }),
    endTrust: (/** @type {string} */ id) => own('endTrust', `${DEVICES}/end`, { id }),
  }
}
