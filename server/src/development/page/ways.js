/**
 * @typedef {import('./steps.js').Step} Step
 * @typedef {import('./steps.js').Kind} Kind
 */

/** @typedef {'login' | 'create' | 'forgot' | 'reopen' | 'address'} OwnDoor a door that no pending reply names: the person opens it by himself */

const SDK = '/api/v2/sdk'

/** The call behind each door that takes a code, and the type of that code. */
const proofs = {
  login: {
    mobile: [`${SDK}/login/mobile-verify-code`, 'LOGIN_SMS'],
    email: [`${SDK}/login/email-verify-code`, 'LOGIN_EMS'],
  },
  create: {
    mobile: [`${SDK}/register/mobile-verify-code`, 'REGISTER_SMS'],
    email: [`${SDK}/register/email-verify-code`, 'REGISTER_EMS'],
  },
  forgot: {
    mobile: [`${SDK}/pwd/update-by-mobile`, 'FORGET_PWD_SMS'],
    email: [`${SDK}/pwd/update-by-email`, 'FORGET_PWD_EMS'],
  },
  reopen: {
    mobile: ['/api/v2/ligature/account/reopen', 'LOGIN_SMS'],
    email: ['/api/v2/ligature/account/reopen', 'LOGIN_EMS'],
  },
  address: {
    mobile: [`${SDK}/profile/update-mobile`, 'UPDATE_MOBILE_SMS'],
    email: [`${SDK}/profile/update-email`, 'UPDATE_EMAIL_EMS'],
  },
}

/** What a proof takes besides the code. @type {Readonly<Partial<Record<OwnDoor, Step['extras']>>>} */
const extras = {
  create: [
    { what: 'name', field: 'name', isRequired: false },
    { what: 'newPassword', field: 'pwd', isRequired: false },
  ],
  forgot: [{ what: 'newPassword', field: 'password', isRequired: true }],
}

/** @type {Step} */
const byPassword = {
  key: 'login password',
  step: 'PASSWORD',
  path: `${SDK}/login/auth`,
  door: 'login',
  kind: undefined,
  isPhoneButton: false,
  form: 'login',
  factor: '',
  isSkip: false,
  isDrawn: true,
  send: undefined,
  extras: [],
  hint: '',
  attemptsLeft: undefined,
}

/**
 * What can be done behind a door that the person opens by himself, in the form of the steps that a server names.
 *
 * @param {OwnDoor} door
 * @returns {Step[]}
 */
export function stepsBehind(door) {
  return [byCode(door, 'mobile'), byCode(door, 'email'), ...(door === 'login' ? [byPassword] : [])]
}

/** @param {OwnDoor} door @param {Kind} kind @returns {Step} */
function byCode(door, kind) {
  const [path = '', type = ''] = proofs[door][kind]
  return {
    key: keyOf(door, kind),
    step: kind === 'mobile' ? 'VERIFY_PHONE' : 'VERIFY_EMAIL',
    path,
    door,
    kind,
    isPhoneButton: false,
    form: '',
    factor: '',
    isSkip: false,
    isDrawn: true,
    send: {
      path: `${SDK}/${kind === 'mobile' ? 'sms' : 'email'}/send`,
      type,
      inSeconds: 0,
      humanCheck: [],
    },
    extras: extras[door] ?? [],
    hint: '',
    attemptsLeft: undefined,
  }
}

/**
 * Whether it leads nowhere with an address that a user has.
 *
 * @param {import('./steps.js').Door | undefined} door
 */
export function wantsNewAddress(door) {
  return door === 'create' || door === 'address'
}

/**
 * Whether it leads nowhere with an address that no user has.
 *
 * @param {import('./steps.js').Door} door
 */
export function wantsKnownAddress(door) {
  return !['login', 'bind', 'register', 'create', 'address'].includes(door)
}

/** @param {OwnDoor} door @param {Kind | 'password'} kind */
export function keyOf(door, kind) {
  return `${door} ${kind}`
}
