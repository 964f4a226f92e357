import { zhangsan } from './demo.js'
import { el } from './dom.js'
import { action, form, refusal } from './parts.js'

/**
 * @typedef {import('./parts.js').Screen} Screen
 * @typedef {import('./steps.js').Step} Step
 */

/**
 * Who it is, and what only he knows.
 *
 * @param {Screen} screen
 * @param {Step} step
 */
export function loginForm(screen, step) {
  const { signIn, texts } = screen
  const { typed, missing, busy } = signIn.state
  const input = el('input', {
    id: 'login-name',
    type: 'text',
    autocomplete: 'username',
    autocapitalize: 'none',
    spellcheck: 'false',
    value: typed.userName,
    'aria-invalid': missing === 'login-name' && 'true',
    'aria-describedby': missing === 'login-name' ? 'login-name-missing' : undefined,
    input: () => (typed.userName = input.value),
  })
  return form(
    'fields',
    () => void signIn.passwords.logIn(step),
    el(
      'div',
      { class: 'field' },
      el('label', { for: 'login-name' }, texts.loginName),
      input,
      missing === 'login-name' &&
        el('p', { class: 'missing', id: 'login-name-missing', role: 'alert' }, texts.loginNameMissing),
    ),
    presentPassword(screen, texts.password, texts.demoPassword(zhangsan.userName, zhangsan.password)),
    action('confirm', texts.confirmAt.login, { submit: true, busy: busy === 'password' }),
  )
}

/**
 * The old password and the new one.
 *
 * @param {Screen} screen
 * @param {string} label of the button
 * @param {() => Promise<void>} submit
 */
export function changeForm(screen, label, submit) {
  const { signIn, texts } = screen
  const { busy, hasPassword } = signIn.state
  return form(
    'fields',
    () => void submit(),
    hasPassword && presentPassword(screen, texts.presentPassword),
    newPassword(screen, texts.newPassword),
    action('confirm', label, { submit: true, busy: busy === 'password' }),
  )
}

/** @param {Screen} screen @param {string} label @param {string} [hint] */
function presentPassword(screen, label, hint) {
  const { typed } = screen.signIn.state
  return secret(
    screen,
    { id: 'password', label, hint, autocomplete: 'current-password' },
    typed.password,
    (text) => {
      typed.password = text
    },
  )
}

/**
 * A password that is to be.
 *
 * @param {Screen} screen
 * @param {string} label
 */
export function newPassword(screen, label) {
  const { signIn, texts } = screen
  const { typed, rule } = signIn.state
  const hint = rule === undefined ? texts.passwordHint : texts.passwordRule(rule.from, rule.to)
  return secret(
    screen,
    { id: 'new-password', label, hint, autocomplete: 'new-password' },
    typed.newPassword,
    (text) => {
      typed.newPassword = text
    },
  )
}

/**
 * @param {Screen} screen
 * @param {{ id: 'password' | 'new-password', label: string, hint: string | undefined, autocomplete: string }} about
 * @param {string} value
 * @param {(text: string) => void} take
 */
function secret(screen, { id, label, hint, autocomplete }, value, take) {
  const missing = screen.signIn.state.missing === id
  const refused = refusal(screen, id)
  const described = missing ? `${id}-missing` : refused !== undefined ? `${id}-refused` : `${id}-hint`
  const input = el('input', {
    id,
    type: 'password',
    autocomplete,
    value,
    'aria-invalid': (missing || refused !== undefined) && 'true',
    'aria-describedby': missing || refused !== undefined || hint !== undefined ? described : undefined,
    input: () => take(input.value),
  })
  return el(
    'div',
    { class: 'field' },
    el('label', { for: id }, label),
    input,
    missing &&
      el('p', { class: 'missing', id: `${id}-missing`, role: 'alert' }, screen.texts.passwordMissing),
    refused,
    hint !== undefined && el('p', { class: 'hint', id: `${id}-hint` }, hint),
  )
}
