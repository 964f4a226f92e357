import { refusedBy } from './state.js'

/**
 * Lets one thing happen at a time, and says what is happening and what was refused.
 *
 * @param {import('./state.js').State} state
 * @param {() => void} changed draws what there is to see
 */
export function createWork(state, changed) {
  return {
    changed,

    /**
     * A second press while a request is under way does nothing.
     *
     * @param {import('./state.js').Busy} what
     * @param {() => Promise<void>} work
     * @param {typeof state.missing} [missing] what has to be typed first
     */
    async during(what, work, missing = '') {
      if (state.busy !== '') return
      state.missing = missing
      if (missing !== '') return changed()
      state.busy = what
      state.refused = undefined
      state.notice = ''
      changed()
      try {
        await work()
      } finally {
        state.busy = ''
        changed()
      }
    },

    /** @param {import('./state.js').Refused['at']} at @param {import('./api.js').Reply} reply */
    refuse(at, reply) {
      state.refused = refusedBy(at, reply)
    },

    /**
     * What no server refused, but this browser or the person at it.
     *
     * @param {import('./state.js').Refused['at']} at
     * @param {import('./passkeys.js').Problem} problem
     */
    cannot(at, problem) {
      state.refused = { at, code: '', message: '', over: false, problem }
    },
  }
}

/** @typedef {ReturnType<typeof createWork>} Work */
