import { verifySignature } from './id-token.js'
import { sessionOf } from './session.js'

/** @typedef {import('./session.js').Came} Came */

/** How long before its end an id_token is not relied on. */
const MARGIN_MS = 5000

/**
 * What a signed-in client holds, verifies and renews.
 *
 * @param {{
 *   state: import('./state.js').State,
 *   calls: import('./calls.js').Calls,
 *   work: import('./work.js').Work,
 * }} deps
 */
export function createTokens({ state, calls, work }) {
  const { during, refuse, changed } = work

  /** @param {unknown} json @param {Came} came */
  async function hold(json, came) {
    const session = sessionOf(json, came)
    state.session = session
    changed()
    const keys = await calls.keys()
    session.verdict = await verifySignature(session.idToken, keys.json)
  }

  /** Gets an id_token that tells what has changed. */
  async function renew() {
    const reply = await calls.refresh()
    if (reply.ok) return hold(reply.json, state.session?.came ?? { how: 'proved' })
    state.page = ''
    refuse('session', reply)
  }

  /** Whoever looks around for longer than an id_token lives gets another one first. */
  async function keepFresh() {
    if (state.session !== undefined && Date.now() > state.session.idTokenEndsAt - MARGIN_MS) await renew()
  }

  return {
    hold,
    renew,
    keepFresh,

    /** What is done in the name of the signed-in user. @type {import('./work.js').Work} */
    asUser: {
      ...work,
      during: (what, task, missing) =>
        during(
          what,
          async () => {
            await keepFresh()
            if (state.refused === undefined) await task()
          },
          missing,
        ),
    },
  }
}
