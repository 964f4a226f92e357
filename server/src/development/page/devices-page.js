import { applications } from './demo.js'
import { el } from './dom.js'
import { action, dayOf, heading, nameOf, notice, refusal, small } from './parts.js'

/** @typedef {import('./parts.js').Screen} Screen */

/**
 * Where the signed-in user is asked for no second factor.
 *
 * @param {Screen} screen
 */
export function devicesPage(screen) {
  const { signIn, texts } = screen
  const { devices } = signIn.state
  const say = texts.factors.devices
  return el(
    'div',
    { class: 'screen' },
    heading(say.title, say.text),
    notice(screen, ['trustEnded']),
    devices?.length === 0 && el('p', { class: 'hint', id: 'no-devices' }, say.none),
    devices !== undefined &&
      devices.length > 0 &&
      el('ul', { class: 'accounts sessions' }, ...devices.map((each) => deviceItem(screen, each))),
    el(
      'div',
      { class: 'screen-foot' },
      refusal(screen, 'page'),
      action('back', texts.back, { kind: 'secondary', click: () => signIn.account.turnTo('') }),
    ),
  )
}

/** @param {Screen} screen @param {import('./factors.js').TrustedDevice} device */
function deviceItem(screen, { id, clientId, application, operatingSystem, ip, trustedAt, expiresAt }) {
  const { signIn, texts } = screen
  const say = texts.factors.devices
  const key = applications.find((each) => each.clientId === clientId)?.key
  const name = key === undefined ? application : nameOf(texts, key)
  return el(
    'li',
    {},
    el(
      'div',
      { class: 'account-text' },
      el('strong', {}, operatingSystem),
      el('span', {}, `${name} · ${ip}`),
      el('span', {}, say.until(dayOf(screen, trustedAt), dayOf(screen, expiresAt))),
    ),
    small(`end-${id}`, say.end, () => void signIn.factors.endTrust(id), say.endWhich(operatingSystem, name)),
  )
}
