import { copyButton, el } from './dom.js'
import { action, form, refusal } from './parts.js'
import { pageAtLocalhost, passkeysHere } from './passkeys.js'
import { qrPicture } from './qr.js'

/**
 * @typedef {import('./parts.js').Screen} Screen
 * @typedef {import('./steps.js').Step} Step
 */

/**
 * What is shown besides the first proof, where no address has to do with it.
 *
 * @param {Screen} screen
 * @param {Step} step
 */
export function factorForm(screen, step) {
  if (step.factor === 'passkey') return passkeyForm(screen, step)
  if (step.factor === 'enrol') return enrolForm(screen, step)
  const { signIn, texts } = screen
  const isRecovery = step.factor === 'recovery-code'
  const label = isRecovery ? texts.factors.recoveryCode : texts.factors.totpCode
  return form(
    'fields',
    () => {
      void signIn.secondFactor.passByCode(step)
    },
    typedCode(screen, label, isRecovery ? texts.factors.recoveryHint : texts.factors.totpHint, isRecovery),
    trustBox(screen),
    confirmButton(screen),
  )
}

/** @param {Screen} screen @param {Step} step */
function passkeyForm(screen, step) {
  const { signIn, texts } = screen
  const here = passkeysHere()
  return el(
    'div',
    { class: 'fields' },
    here === 'yes' ? el('p', { class: 'hint' }, texts.factors.passkeyHint) : passkeysElsewhere(screen),
    refusal(screen, 'factor'),
    trustBox(screen),
    here === 'yes' &&
      action('use-passkey', texts.factors.usePasskey, {
        busy: signIn.state.busy === 'passkey',
        click: () => void signIn.secondFactor.passByPasskey(step),
      }),
  )
}

/** @param {Screen} screen @param {Step} step */
function enrolForm(screen, step) {
  const { signIn, texts } = screen
  return el(
    'div',
    { class: 'fields' },
    refusal(screen, 'factor'),
    enrolment(screen, {
      begin: () => void signIn.secondFactor.beginEnrolment(step),
      confirm: () => void signIn.secondFactor.passByCode(step),
      beside: () => trustBox(screen),
    }),
    signIn.state.begun === undefined && el('p', { class: 'hint' }, texts.factors.enrolHint),
  )
}

/**
 * Sets an authenticator app up: a picture to scan, or a secret to type, and a code of it as the proof.
 *
 * @param {Screen} screen
 * @param {{ begin: () => void, confirm: () => void, beside?: () => import('./dom.js').Child }} what
 */
export function enrolment(screen, { begin, confirm, beside }) {
  const { signIn, texts } = screen
  const { begun, busy } = signIn.state
  const isBusy = busy === 'enrol'
  if (begun === undefined)
    return el(
      'div',
      { class: 'fields' },
      refusal(screen, 'code'),
      action('begin-totp', texts.factors.begin, { busy: isBusy, click: begin }),
    )
  return form(
    'fields',
    confirm,
    el(
      'div',
      { class: 'enrolment' },
      qrPicture(begun.qrSvg, texts.factors.qr),
      el(
        'div',
        { class: 'by-hand' },
        el('p', { class: 'hint' }, texts.factors.scan),
        el('code', { id: 'totp-secret' }, inGroups(begun.secret)),
        el(
          'div',
          { class: 'row-of-buttons' },
          copyButton(texts.factors.copySecret, texts.copied, () => begun.secret),
          el('a', { class: 'link', href: begun.uri }, texts.factors.openApp),
        ),
      ),
    ),
    typedCode(screen, texts.factors.totpCode, texts.factors.totpHint, false),
    beside?.(),
    confirmButton(screen),
  )
}

/** Four characters at a time, as people read and type them. @param {string} secret */
function inGroups(secret) {
  return secret.replaceAll(/(.{4})(?=.)/g, '$1 ')
}

/**
 * @param {Screen} screen
 * @param {string} label
 * @param {string} hint
 * @param {boolean} isRecovery letters besides digits
 */
function typedCode(screen, label, hint, isRecovery) {
  const { state } = screen.signIn
  const missing = state.missing === 'code'
  const refused = refusal(screen, 'code')
  const input = el('input', {
    id: 'code',
    type: 'text',
    inputmode: isRecovery ? 'text' : 'numeric',
    autocomplete: isRecovery ? 'off' : 'one-time-code',
    autocapitalize: 'none',
    spellcheck: 'false',
    maxlength: isRecovery ? '64' : '12',
    class: isRecovery ? 'long' : undefined,
    value: state.verifyCode,
    'aria-invalid': (missing || refused !== undefined) && 'true',
    'aria-describedby': missing ? 'code-missing' : refused === undefined ? 'code-hint' : 'code-refused',
    input: () => (state.verifyCode = input.value),
  })
  return el(
    'div',
    { class: 'field' },
    el('label', { for: 'code' }, label),
    input,
    missing && el('p', { class: 'missing', id: 'code-missing', role: 'alert' }, screen.texts.codeMissing),
    refused,
    el('p', { class: 'hint', id: 'code-hint' }, hint),
  )
}

/**
 * Whether the person wants to be asked on this device again.
 *
 * @param {Screen} screen
 */
export function trustBox({ signIn, texts }) {
  const input = el('input', {
    type: 'checkbox',
    id: 'trust-device',
    checked: signIn.state.trustsDevice,
    'aria-describedby': 'trust-hint',
    change: () => signIn.secondFactor.trust(input.checked),
  })
  return el(
    'div',
    { class: 'check-box' },
    input,
    el('label', { for: 'trust-device' }, texts.factors.trust),
    el('p', { class: 'hint', id: 'trust-hint' }, texts.factors.trustHint),
  )
}

/**
 * Where passkeys can be used, if not here.
 *
 * @param {Screen} screen
 */
export function passkeysElsewhere({ texts }) {
  if (passkeysHere() === 'no') return el('p', { class: 'hint' }, texts.factors.noPasskeys)
  const link = el('a', { href: pageAtLocalhost(), id: 'passkeys-elsewhere' }, texts.factors.openAtLocalhost)
  return el('p', { class: 'hint' }, texts.factors.passkeysElsewhere, ' ', link)
}

/** @param {Screen} screen */
function confirmButton({ signIn, texts }) {
  return action('confirm', texts.confirmAt['second-factor'], {
    submit: true,
    busy: signIn.state.busy === 'confirm',
  })
}
