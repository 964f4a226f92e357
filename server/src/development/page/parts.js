import { el } from './dom.js'

/**
 * @typedef {import('./texts.js').Texts} Texts
 * @typedef {import('./sign-in.js').SignIn} SignIn
 */

/**
 * What every screen of the phone is given.
 *
 * @typedef {object} Screen
 * @property {SignIn} signIn
 * @property {Texts} texts
 * @property {string} locale
 * @property {import('./inbox.js').Inbox} inbox
 * @property {() => void} render draws the phone again
 */

/**
 * The heading of a screen; it takes the focus when the screen changes.
 *
 * @param {string} title
 * @param {string} [text]
 */
export function heading(title, text) {
  return el(
    'div',
    { class: 'screen-head' },
    el('h2', { id: 'screen-title', tabindex: '-1' }, title),
    text !== undefined && el('p', {}, text),
  )
}

/**
 * A button that looks busy, and keeps the focus, while its request is under way.
 *
 * @param {string} id
 * @param {string} label
 * @param {{ kind?: string, busy?: boolean, submit?: boolean, click?: () => void }} options
 */
export function action(id, label, { kind = 'primary', busy = false, submit = false, click }) {
  return el(
    'button',
    {
      id,
      type: submit ? 'submit' : 'button',
      class: `action ${kind}`,
      'aria-busy': busy && 'true',
      ...(click === undefined ? {} : { click: () => click() }),
    },
    label,
  )
}

/**
 * A refusal, in the server's words, where it belongs on the screen.
 *
 * @param {Screen} screen
 * @param {import('./sign-in.js').Refused['at']} at
 */
export function refusal({ signIn, texts }, at) {
  const { refused } = signIn.state
  if (refused?.at !== at) return undefined
  const message = refused.message || (refused.code === '' ? texts.noAnswer : texts.systemBusy)
  return el(
    'div',
    { class: 'notice bad', role: 'alert', id: `${at}-refused` },
    el('p', {}, message),
    refused.code !== '' && el('p', { class: 'error-code' }, refused.code),
    refused.over &&
      el(
        'button',
        { type: 'button', class: 'small', id: 'start-over', click: () => void signIn.signIn() },
        texts.startAgain,
      ),
  )
}

/**
 * A choice of a few, as a row of radio buttons.
 *
 * @param {string} name
 * @param {string} label
 * @param {{ id: string, value: string, label: string }[]} options
 * @param {string} value
 * @param {(value: string) => void} choose
 */
export function segmented(name, label, options, value, choose) {
  return el(
    'fieldset',
    { class: 'segmented' },
    el('legend', { class: 'for-ears' }, label),
    ...options.map((option) =>
      el(
        'label',
        {},
        el('input', {
          type: 'radio',
          name,
          id: option.id,
          value: option.value,
          checked: option.value === value,
          change: () => choose(option.value),
        }),
        el('span', {}, option.label),
      ),
    ),
  )
}
