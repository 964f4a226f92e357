import { fixedCodeOf, zhangsan } from './demo.js'
import { el, fill } from './dom.js'
import { trustBox } from './factor-forms.js'
import { action, addressChips, form, refusal } from './parts.js'
import { newPassword } from './password-form.js'
import { wantsKnownAddress, wantsNewAddress } from './ways.js'

/**
 * @typedef {import('./parts.js').Screen} Screen
 * @typedef {import('./steps.js').Step & { kind: import('./steps.js').Kind }} DrawnStep
 */

/**
 * Where the code goes.
 *
 * @param {Screen} screen
 * @param {DrawnStep} step
 */
export function addressForm(screen, step) {
  const { signIn, texts, inbox } = screen
  const { state } = signIn
  const missing = state.missing === 'address'
  const input = el('input', {
    id: 'address',
    type: step.kind === 'mobile' ? 'tel' : 'email',
    autocomplete: step.kind === 'mobile' ? 'tel' : 'email',
    value: state.address[step.kind],
    'aria-invalid': (missing || state.refused?.at === 'address') && 'true',
    'aria-describedby': missing ? 'address-missing' : 'address-hint',
    input: () => {
      state.address[step.kind] = input.value
      showHint()
      showSendButton(screen)
      inbox.render()
    },
  })
  const hint = el('p', { class: 'hint', id: 'address-hint' })
  showHint()

  function showHint() {
    const fixed = fixedCodeOf(input.value)
    hint.textContent = fixed === undefined ? texts.codeOnItsWay : texts.fixedCode(fixed)
  }

  return form(
    'field',
    () => {
      if (secondsToWait(screen) > 0) return
      state.arrivedBefore = inbox.newestTo(input.value)?.key ?? ''
      void signIn.sendCode(step)
    },
    el('label', { for: 'address' }, texts.address[step.kind]),
    step.hint !== '' && el('p', { class: 'hint' }, texts.sentOnlyTo(step.hint)),
    el('div', { class: 'with-button' }, input, sendButton(screen)),
    missing &&
      el('p', { class: 'missing', id: 'address-missing', role: 'alert' }, texts.addressMissing[step.kind]),
    refusal(screen, 'address'),
    suggestions(screen, step),
    hint,
  )
}

/** @param {Screen} screen @param {DrawnStep} step */
function suggestions({ signIn, texts, render }, step) {
  // The number that a second factor goes to was asked for already.
  if (step.door === 'second-factor' && step.kind === 'mobile') return undefined
  const { state } = signIn
  const offered = [
    { address: zhangsan[step.kind], whose: texts.demoUser, fits: !wantsNewAddress(step.door) },
    { address: state.own[step.kind], whose: texts.newAddress, fits: !wantsKnownAddress(step.door) },
  ].filter(({ fits }) => fits)
  return addressChips('address', texts.suggestions, offered, state.address[step.kind], (address) => {
    state.address[step.kind] = address
    render()
  })
}

/** @param {Screen} screen */
function sendButton(screen) {
  const { busy } = screen.signIn.state
  const button = action('send-code', '', { kind: 'secondary', submit: true, busy: busy === 'send' })
  label(button, screen)
  return button
}

/**
 * Brings the button up to date: the page calls this each second.
 *
 * @param {Screen} screen
 */
export function showSendButton(screen) {
  const button = document.getElementById('send-code')
  if (button !== null) label(button, screen)
}

/** @param {HTMLElement} button @param {Screen} screen */
function label(button, screen) {
  const { signIn, texts } = screen
  const seconds = secondsToWait(screen)
  button.setAttribute('aria-disabled', String(seconds > 0))
  if (seconds > 0) button.textContent = texts.sendAgainIn(seconds)
  else button.textContent = signIn.state.sentTo === '' ? texts.sendCode : texts.sendAgain
}

/** @param {Screen} screen */
function secondsToWait({ signIn }) {
  const step = signIn.current()
  const address = step?.kind === undefined ? '' : signIn.state.address[step.kind].trim()
  const until = signIn.state.sendAgainAt.get(address) ?? 0
  return Math.max(0, Math.ceil((until - Date.now()) / 1000))
}

/**
 * What arrived there.
 *
 * @param {Screen} screen
 * @param {DrawnStep} step
 */
export function codeForm(screen, step) {
  const { signIn, texts } = screen
  const { state } = signIn
  const missing = state.missing === 'code'
  const refused = refusal(screen, 'code')
  const input = el('input', {
    id: 'code',
    type: 'text',
    inputmode: 'numeric',
    autocomplete: 'one-time-code',
    maxlength: '12',
    value: state.verifyCode,
    'aria-invalid': (missing || refused !== undefined) && 'true',
    'aria-describedby': missing ? 'code-missing' : refused === undefined ? 'code-hint' : 'code-refused',
    input: () => (state.verifyCode = input.value),
  })
  return form(
    'field',
    () => {
      void signIn.confirm(step)
    },
    el('label', { for: 'code' }, texts.code),
    input,
    missing && el('p', { class: 'missing', id: 'code-missing', role: 'alert' }, texts.codeMissing),
    refused,
    step.attemptsLeft !== undefined && el('p', { class: 'hint' }, texts.attemptsLeft(step.attemptsLeft)),
    el('div', { class: 'offer', id: 'code-hint' }, ...offer(screen)),
    ...step.extras.map((extra) => extraField(screen, extra)),
    step.door === 'second-factor' && trustBox(screen),
    action('confirm', texts.confirmAt[step.door], { submit: true, busy: state.busy === 'confirm' }),
  )
}

/** @param {Screen} screen @param {import('./steps.js').Extra} extra */
function extraField(screen, { what, isRequired }) {
  const { signIn, texts } = screen
  const { typed } = signIn.state
  if (what === 'newPassword')
    return newPassword(screen, isRequired ? texts.newPassword : texts.passwordIfLiked)
  const input = el('input', {
    id: `extra-${what}`,
    type: 'text',
    autocomplete: what,
    maxlength: '64',
    value: typed[what],
    input: () => (typed[what] = input.value),
  })
  return el('div', { class: 'field' }, el('label', { for: `extra-${what}` }, texts.extras[what]), input)
}

/**
 * Shows the code that has arrived, as a phone does above its keyboard.
 *
 * @param {Screen} screen
 */
export function showArrivedCode(screen) {
  const element = document.getElementById('code-hint')
  if (element !== null) fill(element, ...offer(screen))
}

/** @param {Screen} screen */
function offer(screen) {
  const { signIn, texts, inbox, render } = screen
  const { sentTo, arrivedBefore } = signIn.state
  if (sentTo === '') return []
  const message = inbox.newestTo(sentTo)
  const arrived = message !== undefined && message.key !== arrivedBefore ? message.code : undefined
  const code = fixedCodeOf(sentTo) ?? arrived
  if (code === undefined) return [el('p', { class: 'hint' }, texts.codeOnItsWay)]

  const use = () => {
    signIn.state.verifyCode = code
    render()
    document.getElementById('confirm')?.focus()
  }
  const says = fixedCodeOf(sentTo) === undefined ? texts.codeArrived(code) : texts.nothingSent
  return [
    el('p', { class: 'hint' }, says),
    el('button', { type: 'button', class: 'small', id: 'use-code', click: use }, texts.useCode(code)),
  ]
}
