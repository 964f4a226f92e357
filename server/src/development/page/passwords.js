import { asObject, numberOf, parseJson, textOf } from './json.js'

/** @typedef {import('./steps.js').Step} Step */

/**
 * What people do with a password that they know.
 *
 * @param {{
 *   state: import('./state.js').State,
 *   calls: import('./calls.js').Calls,
 *   work: import('./work.js').Work,
 *   asUser: import('./work.js').Work,
 *   goOn: (reply: import('./api.js').Reply, came: import('./session.js').Came) => Promise<void>,
 * }} deps
 */
export function createPasswords({ state, calls, work, asUser, goOn }) {
  const { during, refuse } = work

  /** @param {import('./api.js').Reply} reply */
  function refuseChange(reply) {
    refuse('password', reply)
    // What is wrong with a new password is said there.
    if (state.refused !== undefined && isOfNewPassword(state.refused.code)) state.refused.at = 'new-password'
  }

  /** The old one, then the new one. */
  const missingOfChange = () => {
    if (state.typed.password === '' && state.hasPassword) return 'password'
    return state.typed.newPassword === '' ? 'new-password' : ''
  }

  return {
    logIn: (/** @type {Step} */ step) =>
      during(
        'password',
        async () => {
          const reply = await calls.loginByPassword(step)
          if (!reply.ok) return refuse('password', reply)
          const { password } = state.typed
          await goOn(reply, { how: 'by-password' })
          // Whoever is to change it has just typed it.
          if (state.view === 'pending') state.typed.password = password
        },
        state.typed.userName.trim() === '' ? 'login-name' : state.typed.password === '' ? 'password' : '',
      ),

    /** In a sign-in that waits for it. */
    renew: (/** @type {Step} */ step) => {
      state.hasPassword = true
      return during(
        'password',
        async () => {
          const reply = await calls.renewPassword(step)
          if (!reply.ok) return refuseChange(reply)
          await goOn(reply, { how: 'by-password' })
        },
        missingOfChange(),
      )
    },

    skip: (/** @type {Step} */ step) =>
      during('skip', async () => {
        const reply = await calls.skipUpdate(step)
        if (!reply.ok) return refuse('password', reply)
        await goOn(reply, { how: 'by-password' })
      }),

    /** Whether there is one to be shown before it is changed. */
    look: () =>
      asUser.during('page', async () => {
        state.typed.password = ''
        state.typed.newPassword = ''
        const reply = await calls.hasPassword()
        if (!reply.ok) return refuse('page', reply)
        state.hasPassword = asObject(reply.json)['is_set_pwd'] === true
      }),

    /** The signed-in user's own. */
    change: () =>
      asUser.during(
        'password',
        async () => {
          const reply = await calls.changePassword(state.hasPassword)
          if (!reply.ok) return refuseChange(reply)
          state.page = ''
          state.notice = 'passwordChanged'
        },
        missingOfChange(),
      ),
  }
}

/** @param {string} code of a refusal */
export function isOfNewPassword(code) {
  return code.includes('.PWD.')
}

/**
 * `maxLength` and `minLength` of `data`, which is a text that holds JSON.
 *
 * @param {unknown} reply
 */
export function ruleOf(reply) {
  const data = parseJson(textOf(reply, 'data'))
  const [from, to] = [numberOf(data, 'minLength'), numberOf(data, 'maxLength')]
  return from === undefined || to === undefined ? undefined : { from, to }
}
