import { applications } from './demo.js'
import { devicesPage } from './devices-page.js'
import { el } from './dom.js'
import { factorsPage, totpPage } from './factors-page.js'
import { changeForm } from './password-form.js'
import { profileFields } from './own.js'
import { action, form, heading, nameOf, notice, refusal } from './parts.js'

/**
 * @typedef {import('./parts.js').Screen} Screen
 * @typedef {import('./own.js').OwnSession} OwnSession
 */

const GENDERS = /** @type {const} */ (['', 'female', 'male', 'unknow'])

/** A page of "my account" each. */
export const accountPages = {
  profile: profilePage,
  password: passwordPage,
  factors: factorsPage,
  totp: totpPage,
  devices: devicesPage,
  sessions: sessionsPage,
  close: closePage,
}

/** @param {Screen} screen */
function profilePage(screen) {
  const { signIn, texts } = screen
  const { profile, busy } = signIn.state
  const page = texts.own.profile
  return form(
    'screen',
    () => {
      void signIn.account.saveProfile()
    },
    heading(page.title, page.text),
    ...(profile === undefined ? [] : profileFields.map((name) => profileField(screen, profile, name))),
    el(
      'div',
      { class: 'screen-foot' },
      refusal(screen, 'page'),
      profile !== undefined && action('save', texts.own.save, { submit: true, busy: busy === 'save' }),
      back(screen),
    ),
  )
}

/**
 * @param {Screen} screen
 * @param {import('./own.js').Profile} profile
 * @param {typeof profileFields[number]} name
 */
function profileField({ texts }, profile, name) {
  const take = (/** @type {Event} */ { target }) => {
    if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement)
      profile[name] = target.value
  }
  const input =
    name === 'attr_gender'
      ? el(
          'select',
          { id: name, change: take },
          ...GENDERS.map((gender) =>
            el(
              'option',
              { value: gender, selected: gender === profile.attr_gender },
              texts.own.genders[gender],
            ),
          ),
        )
      : el('input', {
          id: name,
          type: name === 'attr_birthday' ? 'date' : 'text',
          autocomplete: name === 'name' ? 'name' : 'off',
          value: profile[name],
          input: take,
        })
  return el('div', { class: 'field' }, el('label', { for: name }, texts.own.fields[name]), input)
}

/** @param {Screen} screen */
function sessionsPage(screen) {
  const { signIn, texts } = screen
  const { sessions, busy } = signIn.state
  const page = texts.own.sessions
  const others = sessions?.some(({ isCurrent }) => !isCurrent) === true
  return el(
    'div',
    { class: 'screen' },
    heading(page.title, page.text),
    notice(screen, ['ended', 'endedOthers']),
    sessions !== undefined &&
      el('ul', { class: 'accounts sessions' }, ...sessions.map((session) => sessionItem(screen, session))),
    el(
      'div',
      { class: 'screen-foot' },
      refusal(screen, 'page'),
      others &&
        action('end-others', page.endOthers, {
          busy: busy === 'end',
          click: () => void signIn.account.endOthers(),
        }),
      back(screen),
    ),
  )
}

/** @param {Screen} screen @param {OwnSession} session */
function sessionItem({ signIn, texts, locale }, session) {
  const key = applications.find(({ clientId }) => clientId === session.clientId)?.key
  const name = key === undefined ? session.application : nameOf(texts, key)
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })
  const openedAt = moment.format(session.openedAt)
  return el(
    'li',
    {},
    el(
      'div',
      { class: 'account-text' },
      el('strong', {}, name),
      el('span', {}, `${session.operatingSystem} · ${session.ip}`),
      el('span', {}, texts.own.sessions.since(openedAt)),
    ),
    session.isCurrent
      ? el('span', { class: 'word good' }, texts.own.sessions.current)
      : el(
          'button',
          {
            type: 'button',
            class: 'small',
            id: `end-${session.id}`,
            'aria-label': texts.own.sessions.endWhich(name, openedAt),
            click: () => void signIn.account.endSession(session.id),
          },
          texts.own.sessions.end,
        ),
  )
}

/** @param {Screen} screen */
function passwordPage(screen) {
  const { signIn, texts } = screen
  const page = texts.own.password
  return el(
    'div',
    { class: 'screen' },
    heading(page.title, signIn.state.hasPassword ? page.text : page.none),
    refusal(screen, 'page'),
    changeForm(screen, page.confirm, () => signIn.passwords.change()),
    el('div', { class: 'screen-foot' }, back(screen)),
  )
}

/** @param {Screen} screen */
function closePage(screen) {
  const { signIn, texts } = screen
  const page = texts.own.close
  return el(
    'div',
    { class: 'screen' },
    heading(page.title, page.text),
    el(
      'div',
      { class: 'screen-foot' },
      refusal(screen, 'page'),
      action('close-account', page.confirm, {
        kind: 'danger',
        busy: signIn.state.busy === 'close',
        click: () => void signIn.account.close(),
      }),
      back(screen),
    ),
  )
}

/** @param {Screen} screen */
function back({ signIn, texts }) {
  return action('back', texts.back, { kind: 'secondary', click: () => signIn.account.turnTo('') })
}
