import { addressForm, codeForm } from './code-form.js'
import { el } from './dom.js'
import { factorForm } from './factor-forms.js'
import { changeForm, loginForm } from './password-form.js'
import { action, heading, notice, refusal, segmented } from './parts.js'

/**
 * @typedef {import('./parts.js').Screen} Screen
 * @typedef {import('./code-form.js').DrawnStep} DrawnStep
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
  const isEnrolling = signIn.chosen()?.factor === 'enrol'
  const [title, text] = isEnrolling ? texts.factors.enrolling : texts.doors[door]
  const hasButton = signIn.phoneButton() !== undefined
  const drawn = /** @type {DrawnStep | undefined} */ (signIn.current())
  return el(
    'div',
    { class: 'screen' },
    heading(title ?? '', text),
    notice(screen, ['passwordSet']),
    hasButton && oneTap(screen),
    hasButton && drawn && el('p', { class: 'or' }, texts.orByCode),
    ...(drawn ? [kindChoice(screen, drawn), addressForm(screen, drawn), codeForm(screen, drawn)] : []),
    ...withPassword(screen),
    ...withFactor(screen),
    el(
      'div',
      { class: 'screen-links' },
      ...otherDoors(screen, door, drawn?.kind),
      ...ownDoors(screen, door),
      later(screen, door),
      startAgain(screen),
    ),
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

/** @param {Screen} screen */
function withPassword(screen) {
  const { signIn, texts } = screen
  const step = signIn.chosen()
  if (step === undefined || step.form === '') return []
  const form =
    step.form === 'login'
      ? loginForm(screen, step)
      : changeForm(screen, texts.confirmAt[step.door], () => signIn.passwords.renew(step))
  return [kindChoice(screen, step), form]
}

/** @param {Screen} screen */
function withFactor(screen) {
  const step = screen.signIn.chosen()
  return step === undefined || step.factor === '' ? [] : [kindChoice(screen, step), factorForm(screen, step)]
}

/** @param {Screen} screen @param {import('./steps.js').Door} door */
function later({ signIn, texts }, door) {
  const step = signIn.state.steps.find((each) => each.isSkip && each.door === door)
  if (step === undefined) return undefined
  const skip = () => void signIn.passwords.skip(step)
  return el('button', { type: 'button', class: 'link', id: 'later', click: skip }, texts.later)
}

/** @param {Screen} screen @param {import('./steps.js').Step} step */
function kindChoice({ signIn, texts }, step) {
  const choices = signIn.state.steps.filter(
    (each) => each.door === step.door && (each.kind !== undefined || each.form !== '' || each.factor !== ''),
  )
  if (choices.length < 2) return undefined
  const options = choices.map((each) => ({
    id: `kind-${kindOf(each)}`,
    value: each.key,
    label: texts.kinds[kindOf(each)],
  }))
  return segmented('kind', texts.proveWith, options, step.key, (key) => signIn.choose(key))
}

/** @param {import('./steps.js').Step} step */
function kindOf({ kind, factor }) {
  return kind ?? (factor || 'password')
}

/**
 * @param {Screen} screen
 * @param {import('./steps.js').Door} door the one that is open
 * @param {import('./steps.js').Kind | undefined} kind what is proved there, and goes on being proved if it can
 */
function otherDoors({ signIn, texts }, door, kind) {
  const others = signIn.state.steps.filter((each) => each.isDrawn && !each.isSkip && each.door !== door)
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

/** Where people go who stand before the wrong door. @type {Readonly<Partial<Record<import('./steps.js').Door, import('./ways.js').OwnDoor[]>>>} */
const beside = { login: ['create', 'forgot'], create: ['login'], forgot: ['login'] }

/** @param {Screen} screen @param {import('./steps.js').Door} door */
function ownDoors({ signIn, texts }, door) {
  /** @type {import('./ways.js').OwnDoor[]} */
  const others = beside[door] ?? []
  return others.map((other) =>
    el(
      'button',
      { type: 'button', class: 'link', id: `door-${other}`, click: () => signIn.goTo(other) },
      texts.otherDoor[other],
    ),
  )
}

/** @param {Screen} screen */
function startAgain({ signIn, texts }) {
  const { isWithoutWeChat, view } = signIn.state
  const go = () => signIn.startAgain()
  return el(
    'button',
    { type: 'button', class: 'link', id: 'start-again', click: go },
    isWithoutWeChat || view === 'changing' ? texts.back : texts.startAgain,
  )
}

/** @param {Screen} screen */
function unsupported({ signIn, texts }) {
  const names = signIn.state.steps.filter((each) => !each.isDrawn).map((each) => each.step)
  if (names.length === 0) return undefined
  return el('p', { class: 'hint unsupported' }, texts.unsupported([...new Set(names)].join(', ')))
}
