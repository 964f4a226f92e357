import { applications, newAddresses, newPerson, zhangsan } from './demo.js'
import { verifySignature } from './id-token.js'
import { textOf } from './json.js'
import { sessionOf } from './session.js'
import { stepsOf } from './steps.js'

/**
 * @typedef {import('./steps.js').Step} Step
 * @typedef {import('./steps.js').Kind} Kind
 * @typedef {import('./steps.js').Door} Door
 */

/**
 * What a person is told when something is refused. `at` is where on the screen.
 *
 * @typedef {object} Refused
 * @property {'sign-in' | 'address' | 'code' | 'session'} at
 * @property {string} code the server's, or empty when nobody answered
 * @property {string} message the server's
 * @property {boolean} over the sign-in cannot go on
 */

const WAIT_AFTER_REFUSED_SEND_SECONDS = 60
const WAIT_AFTER_SEND_SECONDS = 5
const SDK = '/api/v2/sdk'

/**
 * The client of the sample: a loop over `next` of whatever the server answers.
 *
 * @param {{ api: import('./api.js').Api, changed: () => void }} deps
 */
export function createSignIn({ api, changed }) {
  const own = newAddresses()
  const state = {
    /** @type {'start' | 'pending' | 'signed-in' | 'denied'} */
    view: 'start',
    clientId: applications[0].clientId,
    persona: newPerson(),
    /** @type {'' | 'sign-in' | 'send' | 'confirm' | 'refresh' | 'sign-out'} */
    busy: '',
    /** @type {Refused | undefined} */
    refused: undefined,
    stateToken: '',
    /** @type {Step[]} */
    steps: [],
    stepKey: '',
    address: { mobile: '', email: '' },
    own,
    verifyCode: '',
    /** Where the last code went in this sign-in, as typed. */
    sentTo: '',
    /** The key of the message that lay in the inbox for that address before the code was asked for. */
    arrivedBefore: '',
    /** When a code may be asked for again, by address. @type {Map<string, number>} */
    sendAgainAt: new Map(),
    /** @type {import('./session.js').Session | undefined} */
    session: undefined,
    /** What went well a moment ago. @type {'' | 'refreshed' | 'signedOut'} */
    notice: '',
    /** What the person left empty. @type {'' | 'person' | 'address' | 'code'} */
    missing: '',
  }

  /**
   * One thing at a time: a second press while a request is under way does nothing.
   *
   * @param {Exclude<typeof state.busy, ''>} what
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

  /** @param {Omit<import('./api.js').Call, 'path' | 'method'> & { path: string, method?: 'GET' | 'POST' }} call */
  const sdk = (call) => api.sdk({ method: 'POST', ...call, clientId: state.clientId })

  /**
   * @param {Refused['at']} at
   * @param {import('./api.js').Reply} reply
   */
  function refuse(at, reply) {
    const code = textOf(reply.json, 'error_code')
    state.refused = { at, code, message: textOf(reply.json, 'error_msg'), over: code.endsWith('COMMON.1007') }
  }

  /** @param {import('./api.js').Reply} reply */
  function notSignedIn(reply) {
    if (state.view !== 'signed-in') state.view = 'start'
    refuse(state.view === 'start' ? 'sign-in' : 'session', reply)
  }

  /** @param {import('./api.js').Reply} reply @param {boolean} atOnce */
  async function goOn(reply, atOnce) {
    const status = textOf(reply.json, 'status')
    if (status === 'ACCESS_DENIED') state.view = 'denied'
    else if (status === 'SUCCESS') await signedIn(reply.json, atOnce)
    else pending(reply.json)
  }

  /** @param {unknown} json */
  function pending(json) {
    state.stateToken = textOf(json, 'state_token')
    state.steps = stepsOf(json)
    const first = state.steps.find((step) => step.kind !== undefined)
    const suggested = first?.door === 'register' ? own : zhangsan
    state.address = { mobile: suggested.mobile, email: suggested.email }
    state.view = 'pending'
    choose(first?.key ?? '')
    for (const step of state.steps)
      if (step.kind) waitFor(state.address[step.kind], step.send?.inSeconds ?? 0)
  }

  /** A wrong code costs a try, and only the server knows how many are left. */
  async function lookAgain() {
    const reply = await sdk({
      name: 'lookAgain',
      method: 'GET',
      path: '/api/v2/ligature/sign-in',
      headers: { 'X-state-token': state.stateToken },
    })
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

  /** @param {unknown} json @param {boolean} atOnce */
  async function signedIn(json, atOnce) {
    const session = sessionOf(json, atOnce)
    state.session = session
    state.view = 'signed-in'
    changed()
    const keys = await api.send({ name: 'keys', method: 'GET', path: '/api/v1/oauth2/keys' })
    session.verdict = await verifySignature(session.idToken, keys.json)
  }

  return {
    state,

    /** The step on the screen, if there is one that this sample can draw. */
    current: () => state.steps.find((step) => step.key === state.stepKey && step.kind !== undefined),

    choose(/** @type {string} */ key) {
      choose(key)
      changed()
    },

    /** Back to the first screen; an open sign-in is left to expire. */
    startAgain() {
      state.view = 'start'
      state.refused = undefined
      state.session = undefined
      state.steps = []
      changed()
    },

    meet(/** @type {string} */ persona) {
      state.persona = persona
      changed()
    },

    signIn: () =>
      during(
        'sign-in',
        async () => {
          const person = { persona: state.persona.trim() }
          const emulated = await api.send({
            name: 'wxLogin',
            method: 'POST',
            path: '/dev/wechat/login',
            headers: { 'Content-Type': 'application/json' },
            body: person,
          })
          if (!emulated.ok) return notSignedIn(emulated)
          const code = textOf(emulated.json, 'code')
          const reply = await sdk({ name: 'login', path: `${SDK}/login/wechat-miniprogram`, body: { code } })
          if (!reply.ok) return notSignedIn(reply)
          await goOn(reply, true)
        },
        state.persona.trim() === '' ? 'person' : '',
      ),

    sendCode: (/** @type {Step & { kind: Kind }} */ step) =>
      during(
        'send',
        async () => {
          const address = state.address[step.kind].trim()
          const reply = await sdk({
            name: step.kind === 'mobile' ? 'sendSms' : 'sendEmail',
            path: step.send?.path ?? '',
            headers: { 'X-state-token': state.stateToken },
            body: { [step.kind]: address, type: step.send?.type, captcha_token: '' },
          })
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
          const reply = await sdk({
            name: step.door === 'register' ? 'registerBind' : step.door === 'bind' ? 'bind' : 'secondFactor',
            path: step.path,
            headers: { 'X-state-token': state.stateToken },
            body: { [step.kind]: state.address[step.kind].trim(), verify_code: state.verifyCode.trim() },
          })
          if (reply.ok) return goOn(reply, false)
          refuse('code', reply)
          if (!state.refused?.over) await lookAgain()
        },
        state.verifyCode.trim() === '' ? 'code' : '',
      ),

    refresh: () =>
      during('refresh', async () => {
        const reply = await sdk({
          name: 'refresh',
          path: `${SDK}/sso/session-token/id-token`,
          headers: { 'session-token': state.session?.sessionToken ?? '' },
        })
        if (!reply.ok) return refuse('session', reply)
        await signedIn(reply.json, state.session?.atOnce ?? false)
        state.notice = 'refreshed'
      }),

    signOut: () =>
      during('sign-out', async () => {
        const reply = await sdk({
          name: 'logout',
          method: 'GET',
          path: `${SDK}/logout`,
          headers: { 'session-token': state.session?.sessionToken ?? '' },
        })
        if (!reply.ok) return refuse('session', reply)
        state.view = 'start'
        state.session = undefined
        state.notice = 'signedOut'
      }),
  }
}

/** @typedef {ReturnType<typeof createSignIn>} SignIn */
