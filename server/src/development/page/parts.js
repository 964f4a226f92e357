import { applications, sameAddress } from './demo.js'
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
 * A form that says itself what is missing, and is sent by nobody but its own code.
 *
 * @param {string | undefined} kind its class
 * @param {() => void} submit
 * @param {import('./dom.js').Child[]} content
 */
export function form(kind, submit, ...content) {
  const send = (/** @type {Event} */ event) => {
    event.preventDefault()
    submit()
  }
  return el('form', { class: kind, novalidate: true, submit: send }, ...content)
}

/**
 * What is laid over a screen, which is inert meanwhile. Its heading has the id `sheet-title`, what it is about
 * `sheet-why`.
 *
 * @param {() => void} close
 * @param {import('./dom.js').Child[]} content
 */
export function sheet(close, ...content) {
  return el(
    'div',
    {
      class: 'sheet',
      role: 'dialog',
      'aria-labelledby': 'sheet-title',
      'aria-describedby': 'sheet-why',
      keydown: (event) => {
        if (event instanceof KeyboardEvent && event.key === 'Escape') close()
      },
    },
    ...content,
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
 * @param {import('./state.js').Refused['at']} at
 */
export function refusal({ signIn, texts }, at) {
  const { refused } = signIn.state
  if (refused?.at !== at) return undefined
  const advice = Object.entries(texts.advice).find(([end]) => refused.code.endsWith(end))?.[1]
  const message =
    refused.problem !== undefined
      ? texts.factors.problems[refused.problem]
      : refused.message || (refused.code === '' ? texts.noAnswer : texts.systemBusy)
  return el(
    'div',
    { class: 'notice bad', role: 'alert', id: `${at}-refused` },
    el('p', {}, message),
    refused.code !== '' && el('p', { class: 'error-code' }, refused.code),
    advice !== undefined && el('p', { class: 'advice' }, advice),
    refused.over &&
      el(
        'button',
        { type: 'button', class: 'small', id: 'start-over', click: () => signIn.startOver() },
        texts.startAgain,
      ),
    /ACCOUNT\.910[24]$/.test(refused.code) &&
      small('sign-in-again', texts.signInAgain, () => void signIn.signInAgain()),
  )
}

/**
 * A button beside what it is about.
 *
 * @param {string} id
 * @param {string} label
 * @param {() => void} click
 * @param {string} [told] to whoever does not see what it is about
 */
export function small(id, label, click, told) {
  return el('button', { type: 'button', class: 'small', id, 'aria-label': told, click }, label)
}

/** @param {Screen} screen @param {number} moment milliseconds since the Unix epoch */
export function dayOf({ locale }, moment) {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(moment)
}

/**
 * What went well a moment ago, where it belongs on the screen.
 *
 * @param {Screen} screen
 * @param {Exclude<import('./state.js').Notice, ''>[]} here
 */
export function notice({ signIn, texts, locale }, here) {
  const told = here.find((each) => each === signIn.state.notice)
  if (told === undefined) return undefined
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'long' })
  const text =
    told === 'closed' ? texts.notices.closed(day.format(signIn.state.closesAt)) : texts.notices[told]
  return el('p', { class: 'notice good', role: 'status', id: 'notice' }, text)
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

/**
 * Addresses that can be taken instead of typing one.
 *
 * @param {string} id of each button, before its number
 * @param {string} label
 * @param {{ address: string, whose: string }[]} offered
 * @param {string} value
 * @param {(address: string) => void} choose
 */
export function addressChips(id, label, offered, value, choose) {
  return el(
    'ul',
    { class: 'chips', 'aria-label': label },
    ...offered.map(({ address, whose }, index) => {
      const pressed = String(sameAddress(value, address))
      const click = () => choose(address)
      const chip = { type: 'button', id: `${id}-chip-${index}`, 'aria-pressed': pressed, click }
      return el('li', {}, el('button', chip, el('span', {}, address), el('small', {}, whose)))
    }),
  )
}

/**
 * What an application is called on the page.
 *
 * @param {Texts} texts
 * @param {import('./demo.js').Application['key']} key
 */
export function nameOf(texts, key) {
  return texts.applications[key][0] ?? ''
}

/**
 * The application whose mini program is on the screen.
 *
 * @param {Pick<Screen, 'signIn' | 'texts'>} screen
 */
export function applicationName({ signIn, texts }) {
  const key = applications.find(({ clientId }) => clientId === signIn.state.clientId)?.key
  return key === undefined ? texts.sampleName : nameOf(texts, key)
}
