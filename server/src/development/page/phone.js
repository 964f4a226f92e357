import { checkSheet } from './check-sheet.js'
import { fixedCodeOf } from './demo.js'
import { announce, fill } from './dom.js'
import { applicationName } from './parts.js'
import { phoneSheet } from './phone-sheet.js'
import { showArrivedCode, showSendButton } from './code-form.js'
import { proveScreen } from './prove-screen.js'
import { deniedScreen, signedInScreen } from './signed-in-screen.js'
import { recoveryCodesScreen } from './recovery-codes-screen.js'
import { startScreen } from './start-screen.js'

const screens = {
  start: startScreen,
  pending: proveScreen,
  'signed-in': signedInScreen,
  changing: proveScreen,
  denied: deniedScreen,
}

/** After these the button that was pressed is gone. @type {ReadonlySet<import('./state.js').Notice>} */
const takenAway = new Set(['ended', 'endedOthers', 'factorAdded', 'factorRemoved', 'trustEnded'])

/**
 * The phone: one screen at a time, drawn from the state of the sign-in. The focus goes where the person goes on.
 *
 * @param {{
 *   root: HTMLElement,
 *   title: HTMLElement,
 *   texts: () => import('./texts.js').Texts,
 *   locale: () => string,
 *   signIn: import('./sign-in.js').SignIn,
 *   inbox: import('./inbox.js').Inbox,
 * }} deps
 */
export function createPhone({ root, title, texts, locale, signIn, inbox }) {
  const { state } = signIn
  let shown = snapshot()

  const screen = () => ({ signIn, texts: texts(), locale: locale(), inbox, render })

  function render() {
    const claimsOpen = root.querySelector('details')?.open ?? false
    const draw = state.recoveryCodes.length > 0 ? recoveryCodesScreen : screens[state.view]
    const behind = draw(screen())
    const sheet = sheetOver()
    behind.inert = sheet !== undefined
    fill(root, behind, sheet)
    title.textContent = state.view === 'start' ? texts().sampleName : applicationName(screen())
    const claims = root.querySelector('details')
    if (claims !== null && claimsOpen) claims.open = true
    follow()
  }

  function sheetOver() {
    if (state.check !== undefined) return checkSheet(screen(), state.check)
    return state.asking === '' ? undefined : phoneSheet(screen())
  }

  function snapshot() {
    return { ...state, door: signIn.door(), slider: state.check?.slider }
  }

  /** Moves the focus when something happened that the person should go on from. */
  function follow() {
    const before = shown
    shown = snapshot()
    if (state.asking !== before.asking && state.asking !== '') {
      focusOn('number')
      // Its buttons are what the person looks for, and stand below the field.
      document.querySelector('.sheet')?.scrollIntoView({ block: 'nearest' })
    } else if (state.recoveryCodes !== before.recoveryCodes) focusOn('screen-title')
    else if (state.check !== undefined && state.check.slider !== before.slider) focusOnSlider()
    else if (state.view !== before.view || shown.door !== before.door) focusOn('screen-title')
    else if (state.asking !== before.asking)
      focusOn(before.asking === 'login' ? 'phone-login' : 'phone-button')
    else if (state.check !== before.check)
      focusOn(state.check === undefined ? 'send-code' : 'let-machine-work')
    else if (state.missing !== '' && state.missing !== before.missing) focusOn(state.missing)
    else if (state.sentTo !== before.sentTo && state.sentTo !== '') {
      announce(fixedCodeOf(state.sentTo) === undefined ? texts().codeSent(state.sentTo) : texts().nothingSent)
      focusOn('code')
    } else if (state.refused !== before.refused && state.refused !== undefined) focusOnRefused(state.refused)
    else if (state.page !== before.page) focusOn(state.page === '' ? `open-${before.page}` : 'screen-title')
    else if (state.notice === 'unbound' && before.notice === '') focusOn('tab-accounts')
    else if (state.renaming?.id !== before.renaming?.id)
      focusOn(state.renaming === undefined ? `rename-${before.renaming?.id}` : 'new-name')
    else if (takenAway.has(state.notice) && before.notice === '') focusOn('screen-title')
    else if (state.notice === 'refreshed' && before.notice === '') announce(texts().notices.refreshed)
  }

  render()
  setInterval(() => showSendButton(screen()), 1000)

  return {
    render,
    /** A message has come in. */
    arrived: () => showArrivedCode(screen()),
  }
}

function focusOnSlider() {
  focusOn('slider')
  document.querySelector('.sheet')?.scrollIntoView({ block: 'nearest' })
}

/** @param {import('./state.js').Refused} refused */
function focusOnRefused({ at, over }) {
  const isField = at === 'code' || at === 'password' || at === 'new-password'
  if (isField && !over) focusOn(at)
  // The button that was pressed may stand far below.
  else document.getElementById(`${at}-refused`)?.scrollIntoView({ block: 'nearest' })
}

/** @param {string} id */
function focusOn(id) {
  const element = document.getElementById(id)
  element?.focus()
  if (element instanceof HTMLInputElement) element.select()
}
