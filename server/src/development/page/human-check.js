import { textOf } from './json.js'
import { solve } from './proof-of-work.js'
import { sliderOf } from './slider.js'

/** @typedef {import('./steps.js').Step & { kind: import('./steps.js').Kind }} CodeStep */

/**
 * What is wanted before a code is sent.
 *
 * @typedef {object} Check
 * @property {string[]} kinds `slider`, `proof_of_work`
 * @property {CodeStep} step whose code is asked for
 * @property {string} sender where it goes
 * @property {import('./slider.js').Slider | undefined} slider
 * @property {number} x where the piece is, in pixels of the picture
 */

/**
 * Shows the server that a person, or at least a machine that works for it, asks for a code.
 *
 * @param {{
 *   state: import('./state.js').State,
 *   calls: import('./calls.js').Calls,
 *   work: import('./work.js').Work,
 *   send: (step: CodeStep, address: string, captchaToken: string) => Promise<void>,
 * }} deps `send`: asks for the code, with what the check was worth
 */
export function createHumanCheck({ state, calls, work, send }) {
  const { during, refuse, changed } = work

  /** @param {Check} check */
  async function showPicture(check) {
    if (!check.kinds.includes('slider')) return
    const reply = await calls.captcha()
    if (!reply.ok) return refuse('check', reply)
    check.x = 0
    check.slider = await sliderOf(reply.json)
  }

  /** @param {Check} check @param {string} captchaToken */
  async function pass({ step, sender }, captchaToken) {
    state.check = undefined
    changed()
    await send(step, sender, captchaToken)
  }

  return {
    /** @param {CodeStep} step @param {string} sender @param {string[]} kinds */
    async open(step, sender, kinds) {
      state.check = { kinds, step, sender, slider: undefined, x: 0 }
      await showPicture(state.check)
    },

    close() {
      if (state.busy !== '') return
      state.check = undefined
      state.refused = undefined
      changed()
    },

    anotherPicture: (/** @type {Check} */ check) => during('picture', () => showPicture(check)),

    /** One look at a picture, right or wrong: after a wrong one comes the next. */
    tell: (/** @type {Check} */ check) =>
      during('check', async () => {
        const reply = await calls.verifyCaptcha(check.slider?.token ?? '', check.x, check.sender)
        if (reply.ok) return pass(check, textOf(reply.json, 'captcha_token'))
        refuse('check', reply)
        if (state.refused?.code.endsWith('CAPTCHA.0002')) await showPicture(check)
      }),

    letMachineWork: (/** @type {Check} */ check) =>
      during('machine', async () => {
        const reply = await calls.altcha()
        if (!reply.ok) return refuse('check', reply)
        await pass(check, await solve(reply.json))
      }),
  }
}
