import { accountsOf } from './accounts.js'

/**
 * What the signed-in user does about himself.
 *
 * @param {{
 *   state: import('./state.js').State,
 *   calls: import('./calls.js').Calls,
 *   work: import('./work.js').Work,
 *   leave: (notice: import('./state.js').Notice) => void,
 * }} deps
 */
export function createOwnAccount({ state, calls, work, leave }) {
  const { during, refuse, changed } = work

  async function listAccounts() {
    const reply = await calls.accounts()
    if (reply.ok) state.accounts = accountsOf(reply.json)
    else refuse('accounts', reply)
    return reply
  }

  return {
    show(/** @type {typeof state.tab} */ tab) {
      state.tab = tab
      if (tab === 'session') return changed()
      void during('accounts', async () => void (await listAccounts()))
    },

    /** Ends the sessions that the account opened; whether this is one of them, the next request tells. */
    unbind: (/** @type {string} */ id) =>
      during('unbind', async () => {
        const reply = await calls.unbind(id)
        if (!reply.ok) return refuse('accounts', reply)
        // Whose account it was the page does not know.
        state.met.clear()
        if ((await listAccounts()).ok) return void (state.notice = 'unbound')
        state.refused = undefined
        leave('unboundOwn')
      }),
  }
}
