import { accountsOf, whyAtOnce } from './accounts.js'
import { codeOf, createCalls } from './calls.js'
import { zhangsan } from './demo.js'
import { verifySignature } from './id-token.js'
import { textOf } from './json.js'
import { sessionOf } from './session.js'
import { firstState, refusedBy } from './state.js'
import { stepsOf } from './steps.js'

/**
 * @typedef {import('./steps.js').Step} Step
 * @typedef {import('./steps.js').Kind} Kind
 * @typedef {import('./session.js').Came} Came
 * @typedef {import('./api.js').Reply} Reply
 * @typedef {import('./state.js').Refused} Refused
 */

const WAIT_AFTER_REFUSED_SEND_SECONDS = 60
const WAIT_AFTER_SEND_SECONDS = 5

/**
 * The client of the sample: a loop over `next` of whatever the server answers.
 *
 * @param {{ api: import('./api.js').Api, changed: () => void }} deps
 */
export function createSignIn({ api, changed }) {
  const state = firstState()
  const calls = createCalls(api, state)

  /**
   * One thing at a time: a second press while a request is under way does nothing.
   *
   * @param {import('./state.js').Busy} what
   * @param {() => Promise<void>} work
   * @param {typeof state.missing} [missing] what has to be typed first
   */
  async function during(what, work, missing = '') {
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
  }

  /** @param {Refused['at']} at @param {Reply} reply */
  function refuse(at, reply) {
    state.refused = refusedBy(at, reply)
  }

  /** @param {Reply} reply */
  function notSignedIn(reply) {
    if (state.view !== 'signed-in') state.view = 'start'
    refuse(state.view === 'start' ? 'sign-in' : 'session', reply)
  }

  /** @param {Reply} reply @param {Came} came */
  async function goOn(reply, came) {
    const status = textOf(reply.json, 'status')
    if (status === 'ACCESS_DENIED') state.view = 'denied'
    else if (status === 'SUCCESS') await arrived(reply.json, came)
    else pending(reply.json)
  }

  /** @param {unknown} json */
  function pending(json) {
    state.stateToken = textOf(json, 'state_token')
    state.steps = stepsOf(json)
    const first = state.steps.find((step) => step.isDrawn)
    const suggested = first?.door === 'register' ? state.own : zhangsan
    state.address = { mobile: suggested.mobile, email: suggested.email }
    state.number = suggested.mobile
    state.view = 'pending'
    const byCode = state.steps.find((step) => step.kind !== undefined && step.door === first?.door)
    choose((byCode ?? first)?.key ?? '')
    for (const step of state.steps)
      if (step.kind) waitFor(state.address[step.kind], step.send?.inSeconds ?? 0)
  }

  /** A wrong code costs a try, and only the server knows how many are left. */
  async function lookAgain() {
    const reply = await calls.lookAgain()
    if (reply.ok) state.steps = stepsOf(reply.json)
  }

  /** @param {string} key */
  function choose(key) {
    state.stepKey = key
    state.verifyCode = ''
    state.sentTo = ''
    state.refused = undefined
    state.missing = ''
  }

  /** @param {string} address @param {number} seconds */
  function waitFor(address, seconds) {
    if (seconds > 0) state.sendAgainAt.set(address.trim(), Date.now() + seconds * 1000)
  }

  /** @param {unknown} json @param {Came} came */
  async function arrived(json, came) {
    state.tab = 'session'
    state.accounts = undefined
    if (came.how !== 'by-phone') {
      const person = state.persona.trim()
      state.met.set(person, new Set([...(state.met.get(person) ?? []), state.clientId]))
    }
    await holdSession(json, came)
  }

  /** @param {unknown} json @param {Came} came */
  async function holdSession(json, came) {
    const session = sessionOf(json, came)
    state.session = session
    state.view = 'signed-in'
    changed()
    const keys = await calls.keys()
    session.verdict = await verifySignature(session.idToken, keys.json)
  }

  /** @param {typeof state.notice} notice */
  function leave(notice) {
    state.view = 'start'
    state.session = undefined
    state.accounts = undefined
    state.notice = notice
  }

  async function listAccounts() {
    const reply = await calls.accounts()
    if (reply.ok) state.accounts = accountsOf(reply.json)
    else refuse('accounts', reply)
    return reply
  }

  /** The step that is chosen, whatever it takes. */
  const chosen = () => state.steps.find((step) => step.key === state.stepKey)

  const signIn = () =>
    during(
      'sign-in',
      async () => {
        const emulated = await calls.wxLogin()
        if (!emulated.ok) return notSignedIn(emulated)
        const reply = await calls.login(codeOf(emulated))
        if (!reply.ok) return notSignedIn(reply)
        await goOn(reply, { how: 'at-once', ...whyAtOnce(state) })
      },
      state.persona.trim() === '' ? 'person' : '',
    )

  return {
    state,
    signIn,

    /** The step on the screen that takes a code, if there is one. */
    current: () => state.steps.find((step) => step.key === state.stepKey && step.kind !== undefined),

    /** What the person is about to do, if this sample can draw it. */
    door: () => (chosen()?.isDrawn ? chosen()?.door : undefined),

    /** The step behind the phone button of this door, if there is one. */
    phoneButton: () => state.steps.find((step) => step.isPhoneButton && step.door === chosen()?.door),

    choose(/** @type {string} */ key) {
      choose(key)
      changed()
    },

    /** Back to the first screen; an open sign-in is left to expire. */
    startAgain() {
      leave('')
      state.refused = undefined
      state.steps = []
      changed()
    },

    meet(/** @type {string} */ persona) {
      state.persona = persona
      changed()
    },

    /** The same person in another mini program. */
    open(/** @type {string} */ clientId) {
      if (state.busy !== '') return
      state.clientId = clientId
      void signIn()
    },

    /** WeChat asks the person whether the mini program may know his number. */
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

    allowNumber: (/** @type {Step | undefined} */ step) =>
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

    sendCode: (/** @type {Step & { kind: Kind }} */ step) =>
      during(
        'send',
        async () => {
          const address = state.address[step.kind].trim()
          const reply = await calls.sendCode(step, address)
          if (reply.ok) {
            state.sentTo = address
            return waitFor(address, WAIT_AFTER_SEND_SECONDS)
          }
          refuse('address', reply)
          if (state.refused?.code.endsWith('CAPTCHA.0006')) {
            waitFor(address, reply.retryAfterSeconds ?? WAIT_AFTER_REFUSED_SEND_SECONDS)
          }
        },
        state.address[step.kind].trim() === '' ? 'address' : '',
      ),

    confirm: (/** @type {Step & { kind: Kind }} */ step) =>
      during(
        'confirm',
        async () => {
          const reply = await calls.prove(step)
          if (reply.ok) return goOn(reply, { how: 'proved' })
          refuse('code', reply)
          if (!state.refused?.over) await lookAgain()
        },
        state.verifyCode.trim() === '' ? 'code' : '',
      ),

    refresh: () =>
      during('refresh', async () => {
        const reply = await calls.refresh()
        if (!reply.ok) return refuse('session', reply)
        await holdSession(reply.json, state.session?.came ?? { how: 'proved' })
        state.notice = 'refreshed'
      }),

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

    signOut: () =>
      during('sign-out', async () => {
        const reply = await calls.logout()
        if (!reply.ok) return refuse('session', reply)
        leave('signedOut')
      }),
  }
}

/** @typedef {ReturnType<typeof createSignIn>} SignIn */
