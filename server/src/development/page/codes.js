import { createHumanCheck } from './human-check.js'

/** @typedef {import('./human-check.js').CodeStep} CodeStep */

const WAIT_AFTER_REFUSED_SEND_SECONDS = 60
const WAIT_AFTER_SEND_SECONDS = 5

/**
 * Has codes sent, after a human check where one is wanted.
 *
 * @param {{
 *   state: import('./state.js').State,
 *   calls: import('./calls.js').Calls,
 *   work: import('./work.js').Work,
 * }} deps
 */
export function createCodes({ state, calls, work }) {
  const { during, refuse } = work
  const check = createHumanCheck({ state, calls, work, send })

  /** @param {string} address @param {number} seconds */
  function waitFor(address, seconds) {
    if (seconds > 0) state.sendAgainAt.set(address.trim(), Date.now() + seconds * 1000)
  }

  /** @param {CodeStep} step @param {string} address @param {string} captchaToken */
  async function send(step, address, captchaToken) {
    const reply = await calls.sendCode(step, address, captchaToken)
    if (reply.ok) {
      state.sentTo = address
      return waitFor(address, WAIT_AFTER_SEND_SECONDS)
    }
    if (captchaToken === '' && reply.humanCheck.length > 0) return check.open(step, address, reply.humanCheck)
    refuse('address', reply)
    if (state.refused?.code.endsWith('CAPTCHA.0006')) {
      waitFor(address, reply.retryAfterSeconds ?? WAIT_AFTER_REFUSED_SEND_SECONDS)
    }
  }

  return {
    check,
    waitFor,

    send: (/** @type {CodeStep} */ step) =>
      during(
        'send',
        async () => {
          const address = state.address[step.kind].trim()
          const checks = step.send?.humanCheck ?? []
          await (checks.length > 0 ? check.open(step, address, checks) : send(step, address, ''))
        },
        state.address[step.kind].trim() === '' ? 'address' : '',
      ),
  }
}
