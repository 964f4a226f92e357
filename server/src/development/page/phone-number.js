import { codeOf } from './calls.js'

/**
 * WeChat's phone button: it asks the person whether the mini program may know his number.
 *
 * @param {{
 *   state: import('./state.js').State,
 *   calls: import('./calls.js').Calls,
 *   work: import('./work.js').Work,
 *   goOn: (reply: import('./api.js').Reply, came: import('./session.js').Came) => Promise<void>,
 * }} deps
 */
export function createPhoneNumber({ state, calls, work, goOn }) {
  const { during, refuse, changed } = work

  return {
    askForNumber(/** @type {'login' | 'prove'} */ why) {
      if (state.busy !== '') return
      state.missing = state.persona.trim() === '' ? 'person' : ''
      state.asking = state.missing === '' ? why : ''
      state.refused = undefined
      state.notice = ''
      changed()
    },

    denyNumber() {
      if (state.busy !== '') return
      state.asking = ''
      state.missing = ''
      state.refused = undefined
      changed()
    },

    allowNumber: (/** @type {import('./steps.js').Step | undefined} */ step) =>
      during(
        'phone',
        async () => {
          const emulated = await calls.wxPhone()
          if (!emulated.ok) return refuse('number', emulated)
          state.asking = ''
          changed()
          const code = codeOf(emulated)
          const reply =
            step === undefined ? await calls.loginByPhone(code) : await calls.proveByPhone(step, code)
          if (reply.ok) return goOn(reply, { how: step === undefined ? 'by-phone' : 'proved' })
          refuse(step === undefined ? 'sign-in' : 'phone-button', reply)
        },
        state.number.trim() === '' ? 'number' : '',
      ),
  }
}
