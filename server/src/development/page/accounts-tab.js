import { applications } from './demo.js'
import { el } from './dom.js'
import { action, form, nameOf, notice, refusal } from './parts.js'

/**
 * @typedef {import('./parts.js').Screen} Screen
 * @typedef {import('./accounts.js').Account} Account
 */

/**
 * Which WeChat accounts are linked to the user, and the way to the other mini programs.
 *
 * @param {Screen} screen
 */
export function accountsTab(screen) {
  const { signIn, texts } = screen
  const { accounts, refused } = signIn.state
  const isEmpty = accounts?.length === 0
  return el(
    'div',
    { class: 'accounts-tab' },
    notice(screen, ['unbound', 'linked']),
    refusal(screen, 'accounts'),
    refused?.at !== 'accounts' || accounts !== undefined
      ? el(
          'p',
          { class: 'hint' },
          accounts === undefined ? texts.accountsLoading : isEmpty ? texts.accountsNone : texts.accountsText,
        )
      : undefined,
    accounts !== undefined &&
      !isEmpty &&
      el('ul', { class: 'accounts' }, ...accounts.map((account) => accountItem(screen, account))),
    further(screen),
    !signIn.state.isWithoutWeChat && otherMiniPrograms(screen),
  )
}

/** @param {Screen} screen */
function otherMiniPrograms({ signIn, texts }) {
  return el(
    'div',
    { class: 'others' },
    el('h3', {}, texts.openAsSame(signIn.state.persona.trim())),
    ...applications
      .filter(({ clientId }) => clientId !== signIn.state.clientId)
      .map(({ clientId, key }) =>
        action(`open-${key}`, nameOf(texts, key), {
          kind: 'secondary',
          click: () => signIn.open(clientId),
        }),
      ),
  )
}

/** @param {Screen} screen */
function further(screen) {
  const { signIn, texts } = screen
  const { state } = signIn
  const missing = state.missing === 'further'
  const refused = refusal(screen, 'link')
  const input = el('input', {
    id: 'further',
    type: 'text',
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
    maxlength: '64',
    value: state.further,
    'aria-invalid': (missing || refused !== undefined) && 'true',
    'aria-describedby': missing ? 'further-missing' : refused === undefined ? undefined : 'link-refused',
    input: () => (state.further = input.value),
  })
  return form(
    'field',
    () => {
      void signIn.account.link()
    },
    el('label', { for: 'further' }, texts.further),
    el(
      'div',
      { class: 'with-button' },
      input,
      action('link', texts.link, { kind: 'secondary', submit: true, busy: state.busy === 'link' }),
    ),
    missing && el('p', { class: 'missing', id: 'further-missing', role: 'alert' }, texts.personMissing),
    refused,
  )
}

/** @param {Screen} screen @param {Account} account */
function accountItem({ signIn, texts, locale }, { id, idpId, openid, unionid, boundAt }) {
  const application = applications.find((each) => each.idpId === idpId)
  const name = application === undefined ? idpId : nameOf(texts, application.key)
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })
  return el(
    'li',
    {},
    el(
      'div',
      { class: 'account-text' },
      el('strong', {}, name),
      el('span', {}, texts.boundAt(moment.format(boundAt))),
    ),
    el(
      'button',
      {
        type: 'button',
        class: 'small',
        id: `unbind-${id}`,
        'aria-label': texts.unbindWhich(name, openid),
        click: () => void signIn.account.unbind(id),
      },
      texts.unbind,
    ),
    el(
      'dl',
      { class: 'ids' },
      ...idOf('openid', openid),
      ...(unionid === '' ? [] : idOf('unionid', unionid)),
    ),
  )
}

/** @param {string} label @param {string} id */
function idOf(label, id) {
  return [el('dt', {}, label), el('dd', {}, el('code', {}, id))]
}
