import { applications, newAddresses, newPerson, zhangsan } from './demo.js'
import { textOf } from './json.js'

/** @typedef {import('./steps.js').Step} Step */

/**
 * What a person is told when something is refused. `at` is where on the screen.
 *
 * @typedef {object} Refused
 * @property {'sign-in' | 'address' | 'check' | 'code' | 'number' | 'phone-button' | 'session' | 'accounts' | 'link' | 'page' | 'password' | 'new-password' | 'factor'} at
 * @property {string} code the server's, or empty when nobody answered
 * @property {string} message the server's
 * @property {boolean} over the sign-in cannot go on
 * @property {import('./passkeys.js').Problem} [problem] what the browser says of a passkey
 */

/** @typedef {'sign-in' | 'send' | 'picture' | 'check' | 'machine' | 'confirm' | 'phone' | 'refresh' | 'accounts' | 'unbind' | 'link' | 'page' | 'save' | 'end' | 'close' | 'password' | 'skip' | 'passkey' | 'enrol' | 'remove' | 'codes' | 'rename' | 'sign-out'} Busy */

/** @typedef {'' | 'refreshed' | 'signedOut' | 'signedOutAlone' | 'unbound' | 'unboundOwn' | 'linked' | 'saved' | 'addressChanged' | 'ended' | 'endedOthers' | 'closed' | 'passwordSet' | 'passwordChanged' | 'factorAdded' | 'factorRemoved' | 'trustEnded'} Notice */

/** What stands in the fields before anybody has typed: whoever tries the page has the demo user's password. */
export function firstTyped() {
  return { name: '', userName: zhangsan.userName, password: zhangsan.password, newPassword: '' }
}

/** Everything that the page knows, before anything has happened. */
export function firstState() {
  const own = newAddresses()
  return {
    /** @type {'start' | 'pending' | 'signed-in' | 'changing' | 'denied'} */
    view: 'start',
    /** Whether the person came, or is coming, by a way that WeChat has no part in. */
    isWithoutWeChat: false,
    clientId: applications[0].clientId,
    persona: newPerson(),
    /** @type {'' | Busy} */
    busy: '',
    /** @type {Refused | undefined} */
    refused: undefined,
    stateToken: '',
    /** @type {Step[]} */
    steps: [],
    stepKey: '',
    address: { mobile: '', email: '' },
    own,
    verifyCode: '',
    /** What else was typed beside a code. */
    typed: firstTyped(),
    /** How long a new password has to be, where the server has said so. @type {{ from: number, to: number } | undefined} */
    rule: undefined,
    /** Whether the signed-in user has a password. */
    hasPassword: true,
    /** Where the last code went in this sign-in, as typed. */
    sentTo: '',
    /** The key of the message that lay in the inbox for that address before the code was asked for. */
    arrivedBefore: '',
    /** When a code may be asked for again, by address. @type {Map<string, number>} */
    sendAgainAt: new Map(),
    /** Whether WeChat is asking for the person's number, and what it is for. @type {'' | 'login' | 'prove'} */
    asking: '',
    /** What is wanted before a code is sent. @type {import('./human-check.js').Check | undefined} */
    check: undefined,
    /** The number behind the phone button. */
    number: zhangsan.mobile,
    /** Where each person has been signed in by WeChat, as client ids. @type {Map<string, Set<string>>} */
    met: new Map(),
    /** @type {import('./session.js').Session | undefined} */
    session: undefined,
    /** What of the signed-in user is on the screen. @type {'session' | 'accounts' | 'account'} */
    tab: 'session',
    /** The page of "my account" that is open. @type {'' | keyof typeof import('./account-pages.js').accountPages} */
    page: '',
    /** @type {import('./own.js').Profile | undefined} */
    profile: undefined,
    /** @type {import('./own.js').OwnSession[] | undefined} */
    sessions: undefined,
    /** @type {import('./factors.js').OwnFactors | undefined} */
    factors: undefined,
    /** @type {import('./factors.js').TrustedDevice[] | undefined} */
    devices: undefined,
    /** What the next passkey is called. */
    passkeyName: '',
    /** The passkey that is given another name, and that name. @type {{ id: string, name: string } | undefined} */
    renaming: undefined,
    /** An authenticator app that is being set up. @type {import('./factors.js').Begun | undefined} */
    begun: undefined,
    /** Told once: they stay on the screen until the person has kept them. @type {string[]} */
    recoveryCodes: [],
    /** Whether the second factor is not to be asked for again on this device. */
    trustsDevice: false,
    /** Whether the next sign-in is to show a second factor, although this device is trusted. */
    isTrustLeftOut: false,
    /** When a closed account is deleted: milliseconds since the Unix epoch. */
    closesAt: 0,
    /** The WeChat person to be linked as a further account. */
    further: newPerson(),
    /** `undefined` until they were asked for. @type {import('./accounts.js').Account[] | undefined} */
    accounts: undefined,
    /** What went well a moment ago. @type {Notice} */
    notice: '',
    /** What the person left empty. @type {'' | 'person' | 'address' | 'code' | 'number' | 'further' | 'login-name' | 'password' | 'new-password' | 'passkey-name' | 'new-name'} */
    missing: '',
  }
}

/** @typedef {ReturnType<typeof firstState>} State */

/**
 * @param {Refused['at']} at
 * @param {import('./api.js').Reply} reply
 * @returns {Refused}
 */
export function refusedBy(at, { json }) {
  const code = textOf(json, 'error_code')
  return { at, code, message: textOf(json, 'error_msg'), over: /\.(?:COMMON\.1007|PARAM\.0014)$/.test(code) }
}
