import { accountsOf } from './accounts.js'
import { codeOf } from './calls.js'
import { newPerson } from './demo.js'
import { numberOf } from './json.js'
import { ownSessionsOf, profileOf } from './own.js'

/**
 * What the signed-in user does about himself.
 *
 * @param {{
 *   state: import('./state.js').State,
 *   calls: import('./calls.js').Calls,
 *   work: import('./work.js').Work,
 *   leave: (notice: import('./state.js').Notice) => void,
 *   renew: () => Promise<void>,
 * }} deps `renew`: gets an id_token that tells what has changed
 */
export function createOwnAccount({ state, calls, work, leave, renew }) {
  const { during, refuse, changed } = work

  async function listAccounts() {
    const reply = await calls.accounts()
    if (reply.ok) state.accounts = accountsOf(reply.json)
    else refuse('accounts', reply)
    return reply
  }

  async function listSessions() {
    const reply = await calls.ownSessions()
    if (!reply.ok) return refuse('page', reply)
    state.sessions = ownSessionsOf(reply.json)
  }

  async function readProfile() {
    const reply = await calls.profile()
    if (!reply.ok) return refuse('page', reply)
    state.profile = profileOf(reply.json)
  }

  return {
    show(/** @type {typeof state.tab} */ tab) {
      state.tab = tab
      state.refused = undefined
      state.notice = ''
      if (tab !== 'accounts') return changed()
      void during('accounts', async () => void (await listAccounts()))
    },

    /** A page of "my account"; the empty one is the way back. */
    turnTo(/** @type {typeof state.page} */ page) {
      if (state.busy !== '') return
      state.page = page
      state.refused = undefined
      state.notice = ''
      state.begun = undefined
      state.renaming = undefined
      changed()
      if (page === 'sessions') void during('page', listSessions)
      if (page === 'profile') void during('page', readProfile)
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

    link: () =>
      during(
        'link',
        async () => {
          const emulated = await calls.wxLogin(state.further.trim())
          if (!emulated.ok) return refuse('link', emulated)
          const reply = await calls.bindFurther(codeOf(emulated))
          if (!reply.ok) return refuse('link', reply)
          state.further = newPerson()
          if ((await listAccounts()).ok) state.notice = 'linked'
        },
        state.further.trim() === '' ? 'further' : '',
      ),

    saveProfile: () =>
      during('save', async () => {
        const reply = await calls.updateProfile(state.profile ?? {})
        if (!reply.ok) return refuse('page', reply)
        await renew()
        state.page = ''
        state.notice = 'saved'
      }),

    endSession: (/** @type {string} */ id) =>
      during('end', async () => {
        const reply = await calls.endSession(id)
        if (!reply.ok) return refuse('page', reply)
        await listSessions()
        state.notice = 'ended'
      }),

    endOthers: () =>
      during('end', async () => {
        const reply = await calls.endOthers()
        if (!reply.ok) return refuse('page', reply)
        await listSessions()
        state.notice = 'endedOthers'
      }),

    close: () =>
      during('close', async () => {
        const reply = await calls.closeAccount()
        if (!reply.ok) return refuse('page', reply)
        state.closesAt = (numberOf(reply.json, 'closes_at') ?? 0) * 1000
        leave('closed')
      }),
  }
}
