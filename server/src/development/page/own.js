import { asObject, numberOf, textOf } from './json.js'

/**
 * A session of the signed-in user, at whichever application.
 *
 * @typedef {object} OwnSession
 * @property {string} id
 * @property {string} clientId
 * @property {string} application its name
 * @property {number} openedAt milliseconds since the Unix epoch
 * @property {string} ip
 * @property {string} operatingSystem
 * @property {boolean} isCurrent
 */

/**
 * @param {unknown} reply of `GET sessions`
 * @returns {OwnSession[]} the present one first, then the newest first
 */
export function ownSessionsOf(reply) {
  const sessions = asObject(reply)['sessions']
  if (!Array.isArray(sessions)) return []
  const newestFirst = sessions.map(ownSessionOf).toReversed()
  return newestFirst.toSorted((one, other) => Number(other.isCurrent) - Number(one.isCurrent))
}

/** @param {unknown} each @returns {OwnSession} */
function ownSessionOf(each) {
  return {
    id: textOf(each, 'id'),
    clientId: textOf(each, 'client_id'),
    application: textOf(each, 'application'),
    openedAt: (numberOf(each, 'opened_at') ?? 0) * 1000,
    ip: textOf(each, 'ip'),
    operatingSystem: textOf(each, 'operating_system'),
    isCurrent: asObject(each)['current'] === true,
  }
}

/** What the sample lets a person say of himself, of all that the server takes. */
export const profileFields = /** @type {const} */ ([
  'name',
  'attr_nick_name',
  'attr_gender',
  'attr_birthday',
  'mailing_address',
])

/** @typedef {Record<typeof profileFields[number], string>} Profile */

/**
 * @param {unknown} reply of `GET profile`
 * @returns {Profile}
 */
export function profileOf(reply) {
  return {
    name: textOf(reply, 'name'),
    attr_nick_name: textOf(reply, 'attr_nick_name'),
    attr_gender: textOf(reply, 'attr_gender'),
    attr_birthday: textOf(reply, 'attr_birthday'),
    mailing_address: textOf(reply, 'mailing_address'),
  }
}
