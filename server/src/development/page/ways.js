/**
 * @typedef {import('./steps.js').Step} Step
 * @typedef {import('./steps.js').Kind} Kind
 */

/** @typedef {'login'} OwnDoor a door that no pending reply names: the person opens it by himself */

const SDK = '/api/v2/sdk'

/** The calls behind each door that take a code, and the type of that code. */
const proofs = {
  login: {
    mobile: [`${SDK}/login/mobile-verify-code`, 'LOGIN_SMS'],
    email: [`${SDK}/login/email-verify-code`, 'LOGIN_EMS'],
  },
}

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
    key: `${door} ${kind}`,
    step: kind === 'mobile' ? 'VERIFY_PHONE' : 'VERIFY_EMAIL',
    path,
    door,
    kind,
    isPhoneButton: false,
    isDrawn: true,
    send: { path: `${SDK}/${kind === 'mobile' ? 'sms' : 'email'}/send`, type, inSeconds: 0, humanCheck: [] },
    hint: '',
    attemptsLeft: undefined,
  }
}
