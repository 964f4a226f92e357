import { el } from './dom.js'
import { notice } from './parts.js'

/** @typedef {import('./parts.js').Screen} Screen */

/**
 * "My account": each row opens what can be done about it.
 *
 * @param {Screen} screen
 * @param {import('./session.js').Session} session
 */
export function accountTab(screen, { user }) {
  const { signIn, texts } = screen
  const { rows, none } = texts.own
  const { account } = signIn
  return el(
    'div',
    { class: 'account-tab' },
    notice(screen, ['saved', 'addressChanged', 'passwordChanged']),
    el(
      'ul',
      { class: 'rows' },
      row('open-profile', rows.profile, user.name || none, () => account.turnTo('profile')),
      row('open-mobile', rows.mobile, user.mobile || none, () => signIn.changeAddress('mobile')),
      row('open-email', rows.email, user.email || none, () => signIn.changeAddress('email')),
      row('open-password', rows.password, '', () => {
        account.turnTo('password')
        void signIn.passwords.look()
      }),
      row('open-factors', rows.factors, '', () => {
        account.turnTo('factors')
        void signIn.factors.list()
      }),
      row('open-devices', rows.devices, '', () => {
        account.turnTo('devices')
        void signIn.factors.listDevices()
      }),
      row('open-sessions', rows.sessions, '', () => account.turnTo('sessions')),
      row('open-close', rows.close, '', () => account.turnTo('close')),
    ),
  )
}

/** @param {string} id @param {string} label @param {string} value @param {() => void} click */
function row(id, label, value, click) {
  return el(
    'li',
    {},
    el('button', { type: 'button', id, click }, el('span', {}, label), el('span', { class: 'value' }, value)),
  )
}
