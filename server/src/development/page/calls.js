import { deviceHeader } from './device-trust.js'
import { createFactorCalls } from './factor-calls.js'
import { textOf } from './json.js'

/**
 * @typedef {import('./api.js').Call} Call
 * @typedef {import('./steps.js').Step} Step
 * @typedef {import('./steps.js').Kind} Kind
 */

const SDK = '/api/v2/sdk'
/** What only this server has. */
const OURS = '/api/v2/ligature'
const JSON_BODY = { 'Content-Type': 'application/json' }

/** What each door's proof is called in the log. @type {Readonly<Record<import('./steps.js').Door, Call['name']>>} */
const proofs = {
  register: 'registerBind',
  bind: 'bind',
  'second-factor': 'secondFactor',
  login: 'loginByCode',
  'old-password': 'renewByCode',
  'expired-password': 'renewByCode',
  create: 'createAccount',
  forgot: 'resetPassword',
  reopen: 'reopen',
  address: 'changeAddress',
}

/** @type {Readonly<Record<Kind, Record<'alone' | 'tied', Call['name']>>>} */
const sendings = {
  mobile: { alone: 'sendSmsAlone', tied: 'sendSms' },
  email: { alone: 'sendEmailAlone', tied: 'sendEmail' },
}

/**
 * Every request of the sample, with what it takes from the state.
 *
 * @param {import('./api.js').Api} api
 * @param {import('./state.js').State} state
 */
export function createCalls(api, state) {
  /** @param {Omit<Call, 'method'> & { method?: Call['method'] }} call */
  const sdk = (call) => api.sdk({ method: 'POST', ...call, clientId: state.clientId })
  /** @returns {Record<string, string>} */
  const continued = () => (state.stateToken === '' ? {} : { 'X-state-token': state.stateToken })
  const trusted = () => (state.isTrustLeftOut ? {} : deviceHeader(state.clientId))
  const signingIn = () => ({ ...continued(), ...trusted() })
  const bySession = () => ({ 'session-token': state.session?.sessionToken ?? '' })
  const byUser = () => ({ Authorization: `Bearer ${state.session?.idToken ?? ''}` })

  /** @param {boolean} hasOld */
  const oldAndNew = (hasOld) => ({
    ...(hasOld && { old_password: state.typed.password }),
    new_password: state.typed.newPassword,
  })

  /** @param {Call['name']} name @param {string} path @param {Record<string, string>} body */
  const weChat = (name, path, body) => api.send({ name, method: 'POST', path, headers: JSON_BODY, body })

  return {
    wxLogin: (/** @type {string} */ persona) => weChat('wxLogin', '/dev/wechat/login', { persona }),
    wxPhone: () =>
      weChat('wxPhone', '/dev/wechat/phone', { persona: state.persona.trim(), phone: state.number.trim() }),

    login: (/** @type {string} */ code) =>
      sdk({ name: 'login', path: `${SDK}/login/wechat-miniprogram`, headers: trusted(), body: { code } }),
    loginByPhone: (/** @type {string} */ code) =>
      sdk({
        name: 'loginByPhone',
        path: `${SDK}/login/wechat-mini-program-mobile`,
        headers: trusted(),
        body: { code },
      }),

    sendCode: (
      /** @type {Step & { kind: Kind }} */ step,
      /** @type {string} */ address,
      /** @type {string} */ captchaToken,
    ) =>
      sdk({
        name: sendings[step.kind][state.stateToken === '' ? 'alone' : 'tied'],
        path: step.send?.path ?? '',
        headers: continued(),
        body: { [step.kind]: address, type: step.send?.type, captcha_token: captchaToken },
      }),

    captcha: () => sdk({ name: 'captcha', method: 'GET', path: `${SDK}/captcha` }),
    verifyCaptcha: (/** @type {string} */ token, /** @type {number} */ x, /** @type {string} */ sender) =>
      sdk({
        name: 'verifyCaptcha',
        path: `${SDK}/captcha/verify`,
        body: { point_json: `{"x":${x.toFixed(1)},"y":5.0}`, token, sender },
      }),
    altcha: () => sdk({ name: 'altcha', method: 'GET', path: `${OURS}/altcha` }),

    prove: (/** @type {Step & { kind: Kind }} */ step) =>
      sdk({
        name: proofs[step.door],
        path: step.path,
        headers: step.door === 'address' ? byUser() : signingIn(),
        body: {
          [step.kind]: state.address[step.kind].trim(),
          verify_code: state.verifyCode.trim(),
          ...Object.fromEntries(step.extras.map(({ what, field }) => [field, state.typed[what]])),
          ...(step.door === 'second-factor' && state.trustsDevice && { trust_device: true }),
        },
      }),

    loginByPassword: (/** @type {Step} */ { path }) =>
      sdk({
        name: 'loginByPassword',
        path,
        headers: trusted(),
        body: { user_name: state.typed.userName.trim(), password: state.typed.password },
      }),
    renewPassword: (/** @type {Step} */ { path }) =>
      sdk({ name: 'renewPassword', path, headers: continued(), body: oldAndNew(true) }),
    skipUpdate: (/** @type {Step} */ { path }) =>
      sdk({ name: 'skipUpdate', method: 'GET', path, headers: continued() }),
    hasPassword: () =>
      sdk({ name: 'hasPassword', method: 'GET', path: `${SDK}/pwd/check-exist`, headers: byUser() }),
    changePassword: (/** @type {boolean} */ hasOld) =>
      sdk({ name: 'changePassword', path: `${SDK}/pwd/change`, headers: byUser(), body: oldAndNew(hasOld) }),

    proveByPhone: (/** @type {Step} */ step, /** @type {string} */ code) =>
      sdk({
        name: step.door === 'register' ? 'phoneRegisterBind' : 'phoneBind',
        path: step.path,
        headers: signingIn(),
        body: { wechat_code: code },
      }),

    ...createFactorCalls({ state, sdk, continued, byUser }),

    lookAgain: () => sdk({ name: 'lookAgain', method: 'GET', path: `${OURS}/sign-in`, headers: continued() }),
    keys: () => api.send({ name: 'keys', method: 'GET', path: '/api/v1/oauth2/keys' }),
    refresh: () => sdk({ name: 'refresh', path: `${SDK}/sso/session-token/id-token`, headers: bySession() }),
    logout: () => sdk({ name: 'logout', method: 'GET', path: `${SDK}/logout`, headers: bySession() }),

    accounts: () => sdk({ name: 'accounts', method: 'GET', path: `${SDK}/social`, headers: byUser() }),
    unbind: (/** @type {string} */ id) =>
      sdk({ name: 'unbind', path: `${SDK}/social/unbind-account`, headers: byUser(), body: { id } }),
    bindFurther: (/** @type {string} */ code) =>
      sdk({
        name: 'bindFurther',
        path: `${OURS}/social/bind`,
        headers: byUser(),
        body: { type: 'weixin', code },
      }),

    profile: () => sdk({ name: 'profile', method: 'GET', path: `${SDK}/profile`, headers: byUser() }),
    updateProfile: (/** @type {object} */ profile) =>
      sdk({ name: 'updateProfile', path: `${SDK}/profile/update`, headers: byUser(), body: profile }),
    ownSessions: () =>
      sdk({ name: 'ownSessions', method: 'GET', path: `${OURS}/sessions`, headers: byUser() }),
    endSession: (/** @type {string} */ id) =>
      sdk({ name: 'endSession', path: `${OURS}/sessions/end`, headers: byUser(), body: { id } }),
    endOthers: () => sdk({ name: 'endOthers', path: `${OURS}/sessions/end-others`, headers: byUser() }),
    closeAccount: () => sdk({ name: 'closeAccount', path: `${OURS}/account/close`, headers: byUser() }),
  }
}

/** @typedef {ReturnType<typeof createCalls>} Calls */

/** @param {import('./api.js').Reply} reply of the emulator */
export function codeOf(reply) {
  return textOf(reply.json, 'code')
}
