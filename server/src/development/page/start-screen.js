import { applications, newPerson } from './demo.js'
import { el } from './dom.js'
import { pageAtLocalhost, passkeysHere } from './passkeys.js'
import { action, form, heading, notice, refusal } from './parts.js'

/**
 * Who is it, and in which application?
 *
 * @param {import('./parts.js').Screen} screen
 */
export function startScreen(screen) {
  const { signIn, texts } = screen
  const { state } = signIn
  return form(
    'screen',
    () => {
      void signIn.signIn()
    },
    heading(texts.welcome, texts.welcomeText),
    notice(screen, ['signedOut', 'signedOutAlone', 'unboundOwn', 'closed']),
    state.notice === 'closed' &&
      action('reopen', texts.reopen, { kind: 'secondary', click: () => signIn.goTo('reopen') }),
    el(
      'fieldset',
      { class: 'choices' },
      el('legend', {}, texts.application),
      ...applications.map((application) => applicationChoice(screen, application)),
    ),
    person(screen),
    el(
      'div',
      { class: 'screen-foot' },
      refusal(screen, 'sign-in'),
      action('sign-in', texts.signIn, { kind: 'wechat', submit: true, busy: state.busy === 'sign-in' }),
      action('phone-login', texts.signInByPhone, {
        kind: 'secondary',
        busy: state.busy === 'phone',
        click: () => signIn.askForNumber('login'),
      }),
      el(
        'div',
        { class: 'screen-links' },
        el(
          'button',
          { type: 'button', class: 'link', id: 'other-ways', click: () => signIn.goTo('login') },
          texts.otherWays,
        ),
        passkeyDoor(screen),
      ),
    ),
  )
}

/** @param {import('./parts.js').Screen} screen */
function passkeyDoor({ signIn, texts }) {
  const here = passkeysHere()
  if (here === 'no') return undefined
  if (here === 'elsewhere')
    return el(
      'a',
      { class: 'link', id: 'passkeys-elsewhere', href: pageAtLocalhost() },
      texts.factors.passkeyAtLocalhost,
    )
  const busy = signIn.state.busy === 'passkey'
  const go = () => void signIn.secondFactor.loginByPasskey()
  return el(
    'button',
    { type: 'button', class: 'link', id: 'door-passkey', 'aria-busy': busy && 'true', click: go },
    texts.factors.passkeyDoor,
  )
}

/**
 * @param {import('./parts.js').Screen} screen
 * @param {import('./demo.js').Application} application
 */
function applicationChoice({ signIn: { state }, texts }, { clientId, key }) {
  const [name, text] = texts.applications[key]
  return el(
    'label',
    { class: 'choice' },
    el('input', {
      type: 'radio',
      name: 'application',
      id: `application-${key}`,
      value: clientId,
      checked: clientId === state.clientId,
      change: () => (state.clientId = clientId),
    }),
    el(
      'span',
      { class: 'choice-text' },
      el('strong', {}, name ?? ''),
      el('span', {}, text ?? ''),
      el('code', {}, clientId),
    ),
  )
}

/** @param {import('./parts.js').Screen} screen */
function person({ signIn, texts }) {
  const { state } = signIn
  const missing = state.missing === 'person'
  const input = el('input', {
    id: 'person',
    type: 'text',
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
    maxlength: '64',
    value: state.persona,
    'aria-invalid': missing && 'true',
    'aria-describedby': missing ? 'person-missing' : 'person-hint',
    input: () => (state.persona = input.value),
  })
  return el(
    'div',
    { class: 'field' },
    el('label', { for: 'person' }, texts.person),
    el(
      'div',
      { class: 'with-button' },
      input,
      action('new-person', texts.newPerson, { kind: 'secondary', click: () => signIn.meet(newPerson()) }),
    ),
    missing
      ? el('p', { class: 'missing', id: 'person-missing', role: 'alert' }, texts.personMissing)
      : el('p', { class: 'hint', id: 'person-hint' }, texts.personHint),
  )
}
