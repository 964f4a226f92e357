import { accountPages } from './account-pages.js'
import { accountTab } from './account-tab.js'
import { accountsTab } from './accounts-tab.js'
import { el } from './dom.js'
import { jsonView } from './json-view.js'
import { numberOf } from './json.js'
import { action, heading, nameOf, notice, refusal, segmented } from './parts.js'

/**
 * @typedef {import('./parts.js').Screen} Screen
 * @typedef {import('./session.js').Session} Session
 */

/**
 * The user as the id_token tells, and what can be done with the session.
 *
 * @param {Screen} screen
 */
export function signedInScreen(screen) {
  const { signIn, texts } = screen
  const { session, busy, tab, page } = signIn.state
  if (session === undefined) return el('div', { class: 'screen' })
  if (page !== '') return accountPages[page](screen)
  const { user } = session
  const name = user.name || user.userName || user.mobile || user.email
  return el(
    'div',
    { class: 'screen' },
    el(
      'div',
      { class: 'who' },
      el('span', { class: 'avatar', 'aria-hidden': 'true' }, (name[0] ?? '?').toUpperCase()),
      heading(texts.hello(name)),
    ),
    segmented(
      'tab',
      texts.tabs.label,
      [
        { id: 'tab-session', value: 'session', label: texts.tabs.session },
        { id: 'tab-accounts', value: 'accounts', label: texts.tabs.accounts },
        { id: 'tab-account', value: 'account', label: texts.tabs.account },
      ],
      tab,
      (chosen) => signIn.account.show(chosen === 'accounts' || chosen === 'account' ? chosen : 'session'),
    ),
    ...tabs[tab](screen, session),
    el(
      'div',
      { class: 'screen-foot' },
      refusal(screen, 'session'),
      notice(screen, ['refreshed']),
      tab === 'session' &&
        action('refresh', texts.refresh, { busy: busy === 'refresh', click: () => void signIn.refresh() }),
      tab !== 'account' &&
        !signIn.state.isWithoutWeChat &&
        action('again', texts.again, {
          kind: 'secondary',
          busy: busy === 'sign-in',
          click: () => void signIn.signIn(),
        }),
      action('sign-out', texts.signOut, {
        kind: 'secondary',
        busy: busy === 'sign-out',
        click: () => void signIn.signOut(),
      }),
    ),
  )
}

/** @type {Readonly<Record<import('./state.js').State['tab'], (screen: Screen, session: Session) => import('./dom.js').Child[]>>} */
const tabs = {
  session: sessionTab,
  accounts: (screen) => [accountsTab(screen)],
  account: (screen, session) => [accountTab(screen, session)],
}

/** @param {Screen} screen @param {Session} session */
function sessionTab(screen, session) {
  const why = howHeCame(screen, session)
  return [
    why !== undefined && el('p', { class: 'why', id: 'why' }, why),
    verdict(screen, session),
    facts(screen, session),
    claims(screen, session),
  ]
}

/** @param {Screen} screen @param {Session} session */
function howHeCame({ texts }, { came, user }) {
  if (came.how !== 'at-once') return came.how === 'proved' ? undefined : texts.came[came.how]
  if (came.why === 'group') return texts.came.group(nameOf(texts, came.by.key))
  // Where a mini program takes in everybody, whoever has no address has never proved one.
  const wasBound = came.why === 'here' || user.mobile !== '' || user.email !== ''
  return wasBound ? texts.came[came.why] : undefined
}

/**
 * Right identity, but not here.
 *
 * @param {Screen} screen
 */
export function deniedScreen({ signIn, texts }) {
  return el(
    'div',
    { class: 'screen' },
    heading(texts.deniedTitle, texts.deniedText),
    el('p', { class: 'error-code' }, 'ACCESS_DENIED'),
    el(
      'div',
      { class: 'screen-foot' },
      action('start-again', texts.startAgain, { click: () => signIn.startAgain() }),
      el(
        'button',
        { type: 'button', class: 'link', id: 'reopen', click: () => signIn.goTo('reopen') },
        texts.reopen,
      ),
    ),
  )
}

/** @param {Screen} screen @param {Session} session */
function verdict({ texts }, { verdict: known, jwt }) {
  const shown = known ?? 'checking'
  const alg = shown === 'verified' && typeof jwt?.header['alg'] === 'string' ? ` · ${jwt.header['alg']}` : ''
  return el('p', { class: `verdict ${shown}`, id: 'verdict' }, texts.verdict[shown] + alg)
}

/** @param {Screen} screen @param {Session} session */
function facts({ texts, locale }, { user, endsAt, jwt }) {
  const labels = texts.userFields
  const expires = (numberOf(jwt?.payload, 'exp') ?? 0) * 1000
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })
  const moment = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' })
  return el(
    'dl',
    { class: 'facts' },
    ...fact(labels.name, user.name || texts.none),
    ...fact(labels.userName, user.userName || texts.none, 'user-name'),
    ...fact(labels.mobile, user.mobile || texts.none),
    ...fact(labels.email, user.email || texts.none),
    ...fact(labels.id, user.id || texts.none, 'user-id'),
    ...fact(texts.session, texts.until(day.format(endsAt))),
    ...fact('id_token', texts.until(moment.format(expires))),
  )
}

/** @param {string} label @param {string} value @param {string} [id] */
function fact(label, value, id) {
  return [el('dt', {}, label), el('dd', { id }, value)]
}

/** @param {Screen} screen @param {Session} session */
function claims({ texts }, { jwt }) {
  return el(
    'details',
    { class: 'claims' },
    el('summary', { id: 'claims' }, texts.showClaims),
    jsonView(jwt?.payload ?? {}, texts, { open: true }),
  )
}
