import { el } from './dom.js'
import { enrolment, passkeysElsewhere } from './factor-forms.js'
import { action, dayOf, form, heading, notice, refusal, small } from './parts.js'
import { passkeysHere } from './passkeys.js'

/**
 * @typedef {import('./parts.js').Screen} Screen
 * @typedef {import('./factors.js').OwnFactors} OwnFactors
 * @typedef {import('./factors.js').Passkey} Passkey
 */

/**
 * Everything that the signed-in user can show besides his first proof.
 *
 * @param {Screen} screen
 */
export function factorsPage(screen) {
  const { signIn, texts } = screen
  const { factors } = signIn.state
  const say = texts.factors.own
  return el(
    'div',
    { class: 'screen' },
    heading(say.title, say.text),
    notice(screen, ['factorAdded', 'factorRemoved', 'saved']),
    refusal(screen, 'page'),
    ...(factors === undefined
      ? []
      : [authenticator(screen, factors), passkeys(screen, factors), recoveryCodes(screen, factors)]),
    el('div', { class: 'screen-foot' }, back(screen, '')),
  )
}

/** @param {Screen} screen @param {OwnFactors} factors */
function authenticator(screen, { hasTotp, totpSince }) {
  const { signIn, texts } = screen
  const say = texts.factors.own
  return factor(
    say.totp,
    hasTotp ? say.since(dayOf(screen, totpSince)) : say.totpNone,
    hasTotp
      ? small('remove-totp', say.remove, () => void signIn.factors.removeTotp(), say.removeTotp)
      : small('open-totp', say.setUp, () => {
          signIn.account.turnTo('totp')
          void signIn.factors.beginTotp()
        }),
  )
}

/** @param {Screen} screen @param {OwnFactors} factors */
function passkeys(screen, factors) {
  const say = screen.texts.factors.own
  const content =
    passkeysHere() === 'yes' ? newPasskey(screen) : el('div', { class: 'field' }, passkeysElsewhere(screen))
  return el(
    'section',
    { class: 'factor', 'aria-labelledby': 'passkeys-title' },
    el('h3', { id: 'passkeys-title' }, say.passkeys),
    el('p', { class: 'hint' }, say.passkeysText),
    factors.passkeys.length > 0 &&
      el('ul', { class: 'accounts sessions' }, ...factors.passkeys.map((each) => passkeyItem(screen, each))),
    content,
  )
}

/** @param {Screen} screen @param {Passkey} passkey */
function passkeyItem(screen, passkey) {
  const { signIn, texts } = screen
  const { renaming } = signIn.state
  const say = texts.factors.own
  const { id, name, createdAt, lastUsedAt, isBackedUp } = passkey
  if (renaming?.id === id) return el('li', {}, newName(screen, renaming))
  const used = lastUsedAt === undefined ? say.neverUsed : say.usedAt(dayOf(screen, lastUsedAt))
  return el(
    'li',
    {},
    el(
      'div',
      { class: 'account-text' },
      el('strong', {}, name),
      el('span', {}, `${say.since(dayOf(screen, createdAt))} · ${used}`),
      el('span', {}, isBackedUp ? say.backedUp : say.onOneDevice),
    ),
    el(
      'div',
      { class: 'row-of-buttons' },
      small(`rename-${id}`, say.rename, () => signIn.factors.rename({ id, name }), say.renameWhich(name)),
      small(`remove-${id}`, say.remove, () => void signIn.factors.removePasskey(id), say.removeWhich(name)),
    ),
  )
}

/** @param {Screen} screen @param {{ id: string, name: string }} renaming */
function newName(screen, renaming) {
  const { signIn, texts } = screen
  return form(
    'fields',
    () => {
      void signIn.factors.saveName(renaming)
    },
    nameField(screen, 'new-name', texts.factors.own.newName, renaming.name, (text) => (renaming.name = text)),
    el(
      'div',
      { class: 'row-of-buttons' },
      action('save-name', texts.own.save, { submit: true, busy: signIn.state.busy === 'rename' }),
      action('keep-name', texts.cancel, {
        kind: 'secondary',
        click: () => signIn.factors.rename(undefined),
      }),
    ),
  )
}

/** @param {Screen} screen */
function newPasskey(screen) {
  const { signIn, texts } = screen
  const { passkeyName, busy } = signIn.state
  const say = texts.factors.own
  const button = action('add-passkey', say.add, {
    kind: 'secondary',
    submit: true,
    busy: busy === 'passkey',
  })
  return form(
    undefined,
    () => {
      void signIn.factors.addPasskey()
    },
    nameField(
      screen,
      'passkey-name',
      say.passkeyName,
      passkeyName,
      (text) => (signIn.state.passkeyName = text),
      button,
    ),
  )
}

/**
 * @param {Screen} screen
 * @param {'passkey-name' | 'new-name'} id
 * @param {string} label
 * @param {string} value
 * @param {(text: string) => void} take
 * @param {HTMLElement} [button]
 */
function nameField({ signIn, texts }, id, label, value, take, button) {
  const missing = signIn.state.missing === id
  const input = el('input', {
    id,
    type: 'text',
    autocomplete: 'off',
    maxlength: '64',
    value,
    'aria-invalid': missing && 'true',
    'aria-describedby': missing && `${id}-missing`,
    input: () => take(input.value),
  })
  return el(
    'div',
    { class: 'field' },
    el('label', { for: id }, label),
    button === undefined ? input : el('div', { class: 'with-button' }, input, button),
    missing &&
      el('p', { class: 'missing', id: `${id}-missing`, role: 'alert' }, texts.factors.own.nameMissing),
  )
}

/** @param {Screen} screen @param {OwnFactors} factors */
function recoveryCodes({ signIn, texts }, { hasTotp, passkeys: keys, codesLeft }) {
  const say = texts.factors.own
  if (!hasTotp && keys.length === 0) return undefined
  const make = () => void signIn.factors.makeRecoveryCodes()
  return factor(say.codes, say.codesLeft(codesLeft), small('make-codes', say.makeCodes, make))
}

/** @param {string} title @param {string} text @param {HTMLElement} button */
function factor(title, text, button) {
  return el(
    'section',
    { class: 'factor' },
    el(
      'div',
      { class: 'factor-head' },
      el('div', { class: 'account-text' }, el('h3', {}, title), el('span', {}, text)),
      button,
    ),
  )
}

/** @param {Screen} screen */
export function totpPage(screen) {
  const { signIn, texts } = screen
  const say = texts.factors.own
  return el(
    'div',
    { class: 'screen' },
    heading(say.totp, say.totpText),
    refusal(screen, 'page'),
    signIn.state.busy !== 'enrol' &&
      enrolment(screen, {
        begin: () => void signIn.factors.beginTotp(),
        confirm: () => void signIn.factors.confirmTotp(),
      }),
    el('div', { class: 'screen-foot' }, back(screen, 'factors')),
  )
}

/** @param {Screen} screen @param {'' | 'factors'} page */
function back({ signIn, texts }, page) {
  const go = () => {
    signIn.account.turnTo(page)
    if (page === 'factors') void signIn.factors.list()
  }
  return action('back', texts.back, { kind: 'secondary', click: go })
}
