import { applications } from './demo.js'
import { el } from './dom.js'
import { action, nameOf, refusal } from './parts.js'

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
  const { accounts, notice, refused } = signIn.state
  const isEmpty = accounts?.length === 0
  return el(
    'div',
    { class: 'accounts-tab' },
    notice === 'unbound' && el('p', { class: 'notice good', role: 'status' }, texts.unbound),
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
    el(
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
    ),
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
