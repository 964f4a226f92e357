import { zhangsan } from './demo.js'
import { el } from './dom.js'
import { action, addressChips, applicationName, form, refusal, sheet } from './parts.js'

/**
 * What WeChat lays over a mini program that asks for the person's number. The screen behind it is inert.
 *
 * @param {import('./parts.js').Screen} screen
 */
export function phoneSheet(screen) {
  const { signIn, texts } = screen
  const { state } = signIn
  const step = state.asking === 'prove' ? signIn.phoneButton() : undefined
  const why = state.asking === 'prove' ? texts.asks.prove : texts.asks.login
  return sheet(
    () => signIn.denyNumber(),
    el('p', { class: 'sheet-app' }, applicationName(screen)),
    el('h2', { id: 'sheet-title' }, texts.asks.title),
    el('p', { class: 'hint', id: 'sheet-why' }, why),
    form(
      undefined,
      () => {
        void signIn.allowNumber(step)
      },
      number(screen),
      el(
        'div',
        { class: 'sheet-buttons' },
        action('deny-number', texts.deny, { kind: 'secondary', click: () => signIn.denyNumber() }),
        action('allow-number', texts.allow, { kind: 'wechat', submit: true, busy: state.busy === 'phone' }),
      ),
    ),
  )
}

/** @param {import('./parts.js').Screen} screen */
function number(screen) {
  const { signIn, texts, render } = screen
  const { state } = signIn
  const missing = state.missing === 'number'
  const refused = refusal(screen, 'number')
  const input = el('input', {
    id: 'number',
    type: 'tel',
    autocomplete: 'off',
    maxlength: '24',
    value: state.number,
    'aria-invalid': (missing || refused !== undefined) && 'true',
    'aria-describedby': missing ? 'number-missing' : refused === undefined ? 'number-hint' : 'number-refused',
    input: () => (state.number = input.value),
  })
  const offered = [
    { address: zhangsan.mobile, whose: texts.demoUser },
    { address: state.own.mobile, whose: texts.newAddress },
  ]
  const take = (/** @type {string} */ mobile) => {
    state.number = mobile
    render()
  }
  return el(
    'div',
    { class: 'field' },
    el('label', { for: 'number' }, texts.weChatNumber),
    input,
    missing && el('p', { class: 'missing', id: 'number-missing', role: 'alert' }, texts.numberMissing),
    refused,
    addressChips('number', texts.suggestions, offered, state.number, take),
    el('p', { class: 'hint', id: 'number-hint' }, texts.weChatNumberHint),
  )
}
