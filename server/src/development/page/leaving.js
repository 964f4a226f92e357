/**
 * The ways out of a session.
 *
 * @param {{
 *   state: import('./state.js').State,
 *   calls: import('./calls.js').Calls,
 *   work: import('./work.js').Work,
 *   leave: (notice: import('./state.js').Notice) => void,
 *   openLogin: () => void,
 * }} deps `openLogin`: shows the ways in that WeChat has no part in
 */
export function createLeaving({ state, calls, work, leave, openLogin }) {
  const { during, refuse } = work

  return {
    signOut: () =>
      during('sign-out', async () => {
        const reply = await calls.logout()
        if (!reply.ok) return refuse('session', reply)
        leave(state.isWithoutWeChat ? 'signedOutAlone' : 'signedOut')
      }),

    /** What is refused to a session that is old, or began with one factor, is not to one that begins now with two. */
    signInAgain: () =>
      during('sign-out', async () => {
        const reply = await calls.logout()
        if (!reply.ok) return refuse('page', reply)
        const { isWithoutWeChat } = state
        leave('')
        state.isTrustLeftOut = true
        if (!isWithoutWeChat) return
        state.isWithoutWeChat = true
        openLogin()
      }),
  }
}
