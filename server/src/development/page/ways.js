/**
 * @typedef {import('./steps.js').Step} Step
 * @typedef {import('./steps.js').Kind} Kind
 */

/** @typedef {'login' | 'create' | 'reopen' | 'address'} OwnDoor a door that no pending reply names: the person opens it by himself */

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
const extras = { create: [{ what: 'name', field: 'name' }] }

/**
 * What can be done behind a door that the person opens by himself, in the form of the steps that a server names.
 *
 * @param {OwnDoor} door
 * @returns {Step[]}
 */
export function stepsBehind(door) {
  return [byCode(door, 'mobile'), byCode(door, 'email')]
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

/** @param {OwnDoor} door @param {Kind} kind */
export function keyOf(door, kind) {
  return `${door} ${kind}`
}
