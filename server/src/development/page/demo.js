/** The applications, user and test addresses that development mode seeds. */

/**
 * @typedef {object} Application
 * @property {string} clientId
 * @property {'bind' | 'register' | 'group'} key
 * @property {string} idpId its connection
 * @property {string} [group] its open-platform account at WeChat
 */

const GROUP = 'demo-group'

/** @type {readonly [Application, Application, Application]} */
export const applications = [
  {
    clientId: 'nTo1eRIub60vPb54WeE6aojPwYwImtl4',
    key: 'bind',
    idpId: '20260101000000000-DE30-000000001',
    group: GROUP,
  },
  {
    clientId: 'demoBindOrRegister00000000000001',
    key: 'register',
    idpId: '20260101000000000-DE30-000000002',
  },
  {
    clientId: 'demoSameGroup0000000000000000001',
    key: 'group',
    idpId: '20260101000000000-DE30-000000003',
    group: GROUP,
  },
]

/** The demo user: his verified addresses, and his password until he changes it. */
export const zhangsan = {
  userName: 'zhangsan',
  mobile: '11012345678',
  email: 'zhangsan@qq.com',
  password: 'Ligature-2026',
}

/** Addresses with a fixed code: nothing is sent to them. */
const fixedCodes = new Map([
  [zhangsan.mobile, '232326'],
  [zhangsan.email, '123456'],
])

/**
 * @param {string} address as typed
 * @returns {string | undefined} the code that always fits, when this is a test address
 */
export function fixedCodeOf(address) {
  return fixedCodes.get(plain(address))
}

/**
 * Whether what the person typed is where a message went: `13800138000` is `+86-13800138000`.
 *
 * @param {string} one
 * @param {string} other
 */
export function sameAddress(one, other) {
  return plain(one) !== '' && plain(one) === plain(other)
}

/** @param {string} address */
function plain(address) {
  const text = address.trim().toLowerCase()
  return text.includes('@') ? text : text.replace(/^\+86/, '').replaceAll(/\D/g, '')
}

const names = [
  'alice',
  'bo',
  'chen',
  'dana',
  'emeka',
  'hui',
  'ines',
  'jun',
  'li',
  'mei',
  'noor',
  'tao',
  'wen',
  'yan',
]

/** Somebody whom WeChat knows and this server does not yet, such as `alice-k3f`. */
export function newPerson() {
  return `${names[random(names.length)] ?? 'alice'}-${letters(3)}`
}

/** A number and an email that no user has. */
export function newAddresses() {
  return {
    mobile: `138${String(random(100_000_000)).padStart(8, '0')}`,
    email: `${names[random(names.length)] ?? 'alice'}.${letters(3)}@example.com`,
  }
}

/** @param {number} length */
function letters(length) {
  // Without the letters and digits that are read for one another.
  const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789'
  return Array.from({ length }, () => alphabet[random(alphabet.length)]).join('')
}

/** @param {number} below */
function random(below) {
  return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % below
}

/**
 * What somebody without this page would send first: the emulator knows any `mock:NAME`.
 *
 * @param {string} language
 */
export function firstRequest(language) {
  return {
    method: 'POST',
    url: new URL('/api/v2/sdk/login/wechat-miniprogram', location.origin).href,
    headers: {
      'X-operating-sys-version': 'terminal',
      'X-device-fingerprint': 'terminal',
      'X-agent': 'curl',
      'X-client-id': applications[0].clientId,
      'X-L': language,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({ code: 'mock:alice' }),
  }
}
