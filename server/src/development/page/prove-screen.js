import { fixedCodeOf, zhangsan } from './demo.js'
import { el, fill } from './dom.js'
import { action, addressChips, heading, refusal, segmented } from './parts.js'

/**
 * @typedef {import('./parts.js').Screen} Screen
 * @typedef {import('./steps.js').Step & { kind: import('./steps.js').Kind }} DrawnStep
 */

/**
 * Whatever steps the server named: one tap on the phone button, or an address that the person chooses, asks a
 * code for and types it.
 *
 * @param {Screen} screen
 */
export function proveScreen(screen) {
  const { signIn, texts } = screen
  const door = signIn.door()
  if (door === undefined) return noStep(screen)
  const [title, text] = texts.doors[door]
  const hasButton = signIn.phoneButton() !== undefined
  const drawn = /** @type {DrawnStep | undefined} */ (signIn.current())
  return el(
    'div',
    { class: 'screen' },
    heading(title ?? '', text),
    hasButton && oneTap(screen),
    hasButton && drawn && el('p', { class: 'or' }, texts.orByCode),
    ...(drawn ? [kindChoice(screen, drawn), addressForm(screen, drawn), codeForm(screen, drawn)] : []),
    el('div', { class: 'screen-links' }, ...otherDoors(screen, door, drawn?.kind), startAgain(screen)),
    unsupported(screen),
  )
}

/** @param {Screen} screen */
function oneTap(screen) {
  const { signIn, texts } = screen
  return el(
    'div',
    { class: 'field' },
    action('phone-button', texts.phoneButton, {
      kind: 'wechat',
      busy: signIn.state.busy === 'phone',
      click: () => signIn.askForNumber('prove'),
    }),
    refusal(screen, 'phone-button') ?? el('p', { class: 'hint' }, texts.phoneButtonHint),
  )
}

/** @param {Screen} screen */
function noStep(screen) {
  return el(
    'div',
    { class: 'screen' },
    heading(screen.texts.noStep),
    unsupported(screen),
    el('div', { class: 'screen-links' }, startAgain(screen)),
  )
}

/** @param {Screen} screen @param {DrawnStep} step */
function kindChoice({ signIn, texts }, step) {
  const beside = signIn.state.steps.filter((each) => each.door === step.door && each.kind !== undefined)
  if (beside.length < 2) return undefined
  const options = beside.map((each) => ({
    id: `kind-${each.kind}`,
    value: each.key,
    label: each.kind ? texts.kinds[each.kind] : '',
  }))
  return segmented('kind', texts.proveWith, options, step.key, (key) => signIn.choose(key))
}

/** @param {Screen} screen @param {DrawnStep} step */
function addressForm(screen, step) {
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

  return el(
    'form',
    {
      class: 'field',
      novalidate: true,
      submit: (event) => {
        event.preventDefault()
        if (secondsToWait(screen) > 0) return
        state.arrivedBefore = inbox.newestTo(input.value)?.key ?? ''
        void signIn.sendCode(step)
      },
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
  const { state } = signIn
  const offered = [{ address: zhangsan[step.kind], whose: texts.demoUser }]
  if (step.door !== 'second-factor') offered.push({ address: state.own[step.kind], whose: texts.newAddress })
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

/** @param {Screen} screen @param {DrawnStep} step */
function codeForm(screen, step) {
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
  return el(
    'form',
    {
      class: 'field',
      novalidate: true,
      submit: (event) => {
        event.preventDefault()
        void signIn.confirm(step)
      },
    },
    el('label', { for: 'code' }, texts.code),
    input,
    missing && el('p', { class: 'missing', id: 'code-missing', role: 'alert' }, texts.codeMissing),
    refused,
    step.attemptsLeft !== undefined && el('p', { class: 'hint' }, texts.attemptsLeft(step.attemptsLeft)),
    el('div', { class: 'offer', id: 'code-hint' }, ...offer(screen)),
    action('confirm', texts.confirm, { submit: true, busy: state.busy === 'confirm' }),
  )
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

/**
 * @param {Screen} screen
 * @param {import('./steps.js').Door} door the one that is open
 * @param {import('./steps.js').Kind | undefined} kind what is proved there, and goes on being proved if it can
 */
function otherDoors({ signIn, texts }, door, kind) {
  const others = signIn.state.steps.filter((each) => each.isDrawn && each.door !== door)
  return [...new Set(others.map((each) => each.door))].map((other) => {
    const behind = others.filter((each) => each.door === other)
    const key = (behind.find((each) => each.kind === kind) ?? behind[0])?.key ?? ''
    const go = () => signIn.choose(key)
    return el(
      'button',
      { type: 'button', class: 'link', id: `door-${other}`, click: go },
      texts.otherDoor[other],
    )
  })
}

/** @param {Screen} screen */
function startAgain({ signIn, texts }) {
  const go = () => signIn.startAgain()
  return el('button', { type: 'button', class: 'link', id: 'start-again', click: go }, texts.startAgain)
}

/** @param {Screen} screen */
function unsupported({ signIn, texts }) {
  const names = signIn.state.steps.filter((each) => !each.isDrawn).map((each) => each.step)
  if (names.length === 0) return undefined
  return el('p', { class: 'hint unsupported' }, texts.unsupported([...new Set(names)].join(', ')))
}
