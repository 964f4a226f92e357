import { applications } from './demo.js'
import { asObject, textOf } from './json.js'

/**
 * A WeChat account that is linked to the signed-in user.
 *
 * @typedef {object} Account
 * @property {string} id of the link
 * @property {string} idpId the connection
 * @property {string} openid
 * @property {string} unionid empty where WeChat has told none
 * @property {number} boundAt milliseconds since the Unix epoch
 */

/**
 * @param {unknown} reply of `GET social`
 * @returns {Account[]} the one that was bound last first
 */
export function accountsOf(reply) {
  const social = asObject(reply)['social']
  if (!Array.isArray(social)) return []
  return social.map(accountOf).toSorted((one, other) => other.boundAt - one.boundAt)
}

/** @param {unknown} each @returns {Account} */
function accountOf(each) {
  const openid = textOf(each, 'socialChannelId')
  const uid = textOf(each, 'socialUid')
  return {
    id: textOf(each, 'id'),
    idpId: textOf(each, 'idpId'),
    openid,
    // Until WeChat has told a unionid, the openid stands in its place.
    unionid: uid === openid ? '' : uid,
    boundAt: Date.parse(`${textOf(each, 'createdAt').replace(' ', 'T')}Z`),
  }
}

/**
 * Why nobody had to prove an address: the person was bound in this mini program, or another one of its group
 * vouches for him, or it was before this page was opened.
 *
 * @param {Pick<import('./state.js').State, 'met' | 'persona' | 'clientId'>} state before the sign-in
 * @returns {{ why: 'here' | 'before' } | { why: 'group', by: import('./demo.js').Application }}
 */
export function whyAtOnce({ met, persona, clientId }) {
  const places = met.get(persona.trim()) ?? new Set()
  if (places.has(clientId)) return { why: 'here' }
  const group = applications.find((each) => each.clientId === clientId)?.group
  const by = applications.find((each) => each.group === group && places.has(each.clientId))
  return group === undefined || by === undefined ? { why: 'before' } : { why: 'group', by }
}
