import { whyAtOnce } from './accounts.js'
import { codeOf, createCalls } from './calls.js'
import { zhangsan } from './demo.js'
import { createHumanCheck } from './human-check.js'
import { verifySignature } from './id-token.js'
import { textOf } from './json.js'
import { createOwnAccount } from './own-account.js'
import { sessionOf } from './session.js'
import { firstState } from './state.js'
import { stepsOf } from './steps.js'
import { stepsBehind } from './ways.js'
import { createWork } from './work.js'

/**
 * @typedef {import('./steps.js').Step} Step
 * @typedef {import('./steps.js').Kind} Kind
 * @typedef {import('./session.js').Came} Came
 * @typedef {import('./api.js').Reply} Reply
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
  const work = createWork(state, changed)
  const { during, refuse } = work
  const check = createHumanCheck({ state, calls, work, send })

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
    else pending(textOf(reply.json, 'state_token'), stepsOf(reply.json))
  }

  /** @param {string} stateToken @param {Step[]} steps */
  function pending(stateToken, steps) {
    state.stateToken = stateToken
    state.steps = steps
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
    if (came.how === 'at-once' || came.how === 'proved') {
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

  /** @param {import('./state.js').Notice} notice */
  function leave(notice) {
    state.view = 'start'
    state.isWithoutWeChat = false
    state.session = undefined
    state.accounts = undefined
    state.notice = notice
  }

  /** @param {Step & { kind: Kind }} step @param {string} address @param {string} captchaToken */
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

  /** The step that is chosen, whatever it takes. */
  const chosen = () => state.steps.find((step) => step.key === state.stepKey)

  const signIn = () =>
    during(
      'sign-in',
      async () => {
        state.isWithoutWeChat = false
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
    check,
    account: createOwnAccount({ state, calls, work, leave }),

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

    /** What needs no WeChat. */
    goTo(/** @type {import('./ways.js').OwnDoor} */ door) {
      if (state.busy !== '') return
      state.isWithoutWeChat = true
      state.notice = ''
      pending('', stepsBehind(door))
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
          const checks = step.send?.humanCheck ?? []
          await (checks.length > 0 ? check.open(step, address, checks) : send(step, address, ''))
        },
        state.address[step.kind].trim() === '' ? 'address' : '',
      ),

    confirm: (/** @type {Step & { kind: Kind }} */ step) =>
      during(
        'confirm',
        async () => {
          const reply = await calls.prove(step)
          if (reply.ok) return goOn(reply, { how: step.door === 'login' ? 'by-code' : 'proved' })
          refuse('code', reply)
          if (state.stateToken !== '' && !state.refused?.over) await lookAgain()
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

    signOut: () =>
      during('sign-out', async () => {
        const reply = await calls.logout()
        if (!reply.ok) return refuse('session', reply)
        leave(state.session?.came.how === 'by-code' ? 'signedOutAlone' : 'signedOut')
      }),
  }
}

/** @typedef {ReturnType<typeof createSignIn>} SignIn */
