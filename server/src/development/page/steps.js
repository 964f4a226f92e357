import { asObject, numberOf, textOf } from './json.js'

/**
 * One way forward that a pending reply names.
 *
 * @typedef {object} Step
 * @property {string} key tells it from its neighbours
 * @property {string} step as the server calls it
 * @property {string} path where its proof goes
 * @property {Door} door
 * @property {Kind | undefined} kind of the address that is proved by a code; `undefined` for another step
 * @property {boolean} isPhoneButton the number comes from WeChat, and no code is sent
 * @property {'' | 'login' | 'renew'} form where passwords are typed: to sign in, or an old one and a new one
 * @property {'' | Factor} factor what is shown besides the first proof, where no address has to do with it
 * @property {boolean} isSkip what the server asks for is put off
 * @property {boolean} isDrawn this sample has a screen for it
 * @property {Send | undefined} send
 * @property {Extra[]} extras what else its proof takes
 * @property {string} hint a masked address, or empty
 * @property {number | undefined} attemptsLeft
 */

/**
 * How the code of a step is asked for.
 *
 * @typedef {object} Send
 * @property {string} path
 * @property {string} type
 * @property {number} inSeconds
 * @property {string[]} humanCheck the kinds of check of which one has to come with it; none when empty
 */

/**
 * Something that is typed beside a code.
 *
 * @typedef {object} Extra
 * @property {'name' | 'newPassword'} what
 * @property {string} field of the request
 * @property {boolean} isRequired
 */

/** @typedef {'mobile' | 'email'} Kind the field of the request that carries the address */

/** @typedef {'totp' | 'recovery-code' | 'passkey' | 'enrol'} Factor `enrol`: a TOTP that is set up first */

/** @typedef {'register' | 'bind' | 'second-factor' | 'old-password' | 'expired-password' | import('./ways.js').OwnDoor} Door what a proof leads to; the person chooses between doors */

/** @type {ReadonlyMap<string, Kind>} */
const kinds = new Map([
  ['VERIFY_PHONE', 'mobile'],
  ['VERIFY_EMAIL', 'email'],
  ['MFA_SMS', 'mobile'],
  ['MFA_EMAIL', 'email'],
])

/** @type {ReadonlyMap<string, Factor>} */
const factors = new Map([
  ['MFA_TOTP', 'totp'],
  ['MFA_RECOVERY_CODE', 'recovery-code'],
  ['MFA_PASSKEY', 'passkey'],
  ['ENROL_TOTP', 'enrol'],
])

/** @type {Extra} */
const newPassword = { what: 'newPassword', field: 'new_password', isRequired: true }

/**
 * Reads `next.steps` of a pending reply, in the server's order. Two steps of one name with two paths stay two.
 *
 * @param {unknown} reply
 * @returns {Step[]}
 */
export function stepsOf(reply) {
  const steps = asObject(asObject(reply)['next'])['steps']
  if (!Array.isArray(steps)) return []
  return steps.map((each) => {
    const step = textOf(each, 'step')
    const path = textOf(each, 'path')
    const send = asObject(each)['send']
    const door = doorOf(path, textOf(reply, 'status'))
    const kind = path !== '' && send !== undefined ? kinds.get(step) : undefined
    const factor = path === '' ? '' : (factors.get(step) ?? '')
    const form = path !== '' && step === 'UPDATE_PASSWORD' ? 'renew' : ''
    const isSkip = path !== '' && step === 'SKIP'
    const isPhoneButton = path !== '' && step === 'WECHAT_PHONE'
    return {
      key: `${step} ${path}`,
      step,
      path,
      door,
      kind,
      isPhoneButton,
      form,
      factor,
      isSkip,
      isDrawn: kind !== undefined || isPhoneButton || form !== '' || factor !== '' || isSkip,
      send: send === undefined ? undefined : sendOf(send),
      extras: isOfPassword(door) ? [newPassword] : [],
      hint: textOf(each, 'hint'),
      attemptsLeft: numberOf(each, 'attempts_left'),
    }
  })
}

/** @param {Door | undefined} door */
function isOfPassword(door) {
  return door === 'old-password' || door === 'expired-password'
}

/** @param {unknown} send */
function sendOf(send) {
  const checks = asObject(send)['human_check']
  return {
    path: textOf(send, 'path'),
    type: textOf(send, 'type'),
    inSeconds: numberOf(send, 'in_seconds') ?? 0,
    humanCheck: Array.isArray(checks) ? checks.map(String) : [],
  }
}

/**
 * @param {string} path
 * @param {string} status of the reply
 * @returns {Door}
 */
function doorOf(path, status) {
  if (path.includes('/pwd/')) return status === 'PASSWORD_EXPIRED' ? 'expired-password' : 'old-password'
  if (path.endsWith('register-bind')) return 'register'
  return path.endsWith('bind') ? 'bind' : 'second-factor'
}
