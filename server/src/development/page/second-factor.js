import { keepDeviceToken } from './device-trust.js'
import { begunOf, recoveryCodesOf } from './factors.js'
import { textOf } from './json.js'
import { showPasskey } from './passkeys.js'

/** @typedef {import('./steps.js').Step} Step */

const ENROLMENT_EXPIRED = 'MFA.9204'

/**
 * What else a sign-in may want, and the passkey that wants nothing else.
 *
 * @param {{
 *   state: import('./state.js').State,
 *   calls: import('./calls.js').Calls,
 *   work: import('./work.js').Work,
 *   goOn: (reply: import('./api.js').Reply, came: import('./session.js').Came) => Promise<void>,
 * }} deps
 */
export function createSecondFactor({ state, calls, work, goOn }) {
  const { during, refuse, cannot } = work

  const missingCode = () => (state.verifyCode.trim() === '' ? 'code' : '')

  return {
    /**
     * What a reply says once. The codes stay on the screen until the person has kept them.
     *
     * @param {unknown} json
     */
    keep(json) {
      const codes = recoveryCodesOf(json)
      if (codes.length > 0) state.recoveryCodes = codes
      keepDeviceToken(state.clientId, textOf(json, 'device_token'))
      if (textOf(json, 'status') === 'SUCCESS') state.isTrustLeftOut = false
    },

    /** A code goes to nobody else's number, so it is there already. */
    async fillInNumber() {
      const reply = await calls.ownMobile()
      if (reply.ok) state.address.mobile = textOf(reply.json, 'mobile')
    },

    trust(/** @type {boolean} */ isTrusted) {
      state.trustsDevice = isTrusted
    },

    /** A code of the app, or one that was written down. */
    passByCode: (/** @type {Step} */ step) =>
      during(
        'confirm',
        async () => {
          const reply = await calls.passByCode(step)
          if (reply.ok) return goOn(reply, { how: 'by-second-factor' })
          refuse('code', reply)
          if (state.refused?.code.endsWith(ENROLMENT_EXPIRED)) state.begun = undefined
        },
        missingCode(),
      ),

    passByPasskey: (/** @type {Step} */ step) =>
      during('passkey', async () => {
        const options = await calls.passkeyOptions(step)
        if (!options.ok) return refuse('factor', options)
        const made = await showPasskey(options.json)
        if ('problem' in made) return cannot('factor', made.problem)
        const reply = await calls.passByPasskey(step, made.response)
        if (!reply.ok) return refuse('factor', reply)
        await goOn(reply, { how: 'by-second-factor' })
      }),

    /** Whoever has nothing to show sets it up on the way in. */
    beginEnrolment: (/** @type {Step} */ step) =>
      during('enrol', async () => {
        const reply = await calls.enrolTotp(step)
        if (!reply.ok) return refuse('factor', reply)
        state.begun = begunOf(reply.json)
        state.verifyCode = ''
      }),

    loginByPasskey: () =>
      during('passkey', async () => {
        const options = await calls.passkeyLoginOptions()
        if (!options.ok) return refuse('sign-in', options)
        const made = await showPasskey(options.json)
        if ('problem' in made) return cannot('sign-in', made.problem)
        const reply = await calls.loginByPasskey(made.response)
        if (!reply.ok) return refuse('sign-in', reply)
        state.isWithoutWeChat = true
        await goOn(reply, { how: 'by-passkey' })
      }),
  }
}
