import { whyAtOnce } from './accounts.js'
import { codeOf, createCalls } from './calls.js'
import { createCodes } from './codes.js'
import { newAddresses, zhangsan } from './demo.js'
import { textOf } from './json.js'
import { createLeaving } from './leaving.js'
import { createOwnAccount } from './own-account.js'
import { createOwnFactors } from './own-factors.js'
import { createPasswords, isOfNewPassword, ruleOf } from './passwords.js'
import { createPhoneNumber } from './phone-number.js'
import { createSecondFactor } from './second-factor.js'
import { firstState, firstTyped } from './state.js'
import { stepsOf } from './steps.js'
import { createTokens } from './tokens.js'
import { keyOf, stepsBehind, wantsNewAddress } from './ways.js'
import { createWork } from './work.js'

/**
 * @typedef {import('./steps.js').Step} Step
 * @typedef {import('./steps.js').Kind} Kind
 * @typedef {import('./session.js').Came} Came
 * @typedef {import('./api.js').Reply} Reply
 */

/** How whoever proved something has come, where that is worth a word. @type {Readonly<Partial<Record<import('./steps.js').Door, 'by-code' | 'by-password' | 'by-second-factor' | 'new'>>>} */
const howByDoor = {
  login: 'by-code',
  'old-password': 'by-password',
  'expired-password': 'by-password',
  reopen: 'by-code',
  create: 'new',
  'second-factor': 'by-second-factor',
}

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
  const codes = createCodes({ state, calls, work })
  const tokens = createTokens({ state, calls, work })
  const secondFactor = createSecondFactor({ state, calls, work, goOn })

  /** @param {Reply} reply */
  function notSignedIn(reply) {
    if (state.view !== 'signed-in') state.view = 'start'
    refuse(state.view === 'start' ? 'sign-in' : 'session', reply)
  }

  /** @param {Reply} reply @param {Came} came */
  async function goOn(reply, came) {
    secondFactor.keep(reply.json)
    const status = textOf(reply.json, 'status')
    if (status === 'ACCESS_DENIED') state.view = 'denied'
    else if (status === 'SUCCESS') await arrived(reply.json, came)
    else {
      pending(textOf(reply.json, 'state_token'), stepsOf(reply.json))
      state.rule = ruleOf(reply.json)
      if (state.steps.some(({ step }) => step === 'MFA_SMS')) await secondFactor.fillInNumber()
      waitForCodes()
    }
  }

  /** @param {string} stateToken @param {Step[]} steps */
  function pending(stateToken, steps) {
    state.stateToken = stateToken
    state.steps = steps
    const first = state.steps.find((step) => step.isDrawn)
    const isNew = first?.door === 'register' || wantsNewAddress(first?.door)
    const suggested = isNew ? state.own : zhangsan
    state.address = { mobile: suggested.mobile, email: suggested.email }
    state.number = suggested.mobile
    state.view = 'pending'
    state.rule = undefined
    state.typed = firstTyped()
    const byCode = state.steps.find((step) => step.kind !== undefined && step.door === first?.door)
    choose((first?.isPhoneButton ? (byCode ?? first) : first)?.key ?? '')
    state.begun = undefined
    state.trustsDevice = false
  }

  /** A sign-in may begin while a code is under way. */
  function waitForCodes() {
    for (const { kind, send } of state.steps)
      if (kind) codes.waitFor(state.address[kind], send?.inSeconds ?? 0)
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

  /** @param {unknown} json @param {Came} came */
  async function arrived(json, came) {
    forgetOwn()
    state.view = 'signed-in'
    if (came.how === 'at-once' || came.how === 'proved') {
      const person = state.persona.trim()
      state.met.set(person, new Set([...(state.met.get(person) ?? []), state.clientId]))
    }
    await tokens.hold(json, came)
  }

  /** What is known of one user says nothing of the next. */
  function forgetOwn() {
    state.tab = 'session'
    state.page = ''
    state.accounts = undefined
    state.profile = undefined
    state.sessions = undefined
    state.factors = undefined
    state.devices = undefined
    state.renaming = undefined
    state.own = newAddresses()
  }

  /** Whoever has set a new password signs in with it. */
  function resetDone() {
    pending('', stepsBehind('login'))
    choose(keyOf('login', 'password'))
    state.typed.password = ''
    state.notice = 'passwordSet'
  }

  /** @param {Step} step @param {Reply} reply */
  async function proved(step, reply) {
    if (step.door === 'forgot') return resetDone()
    if (step.door !== 'address') {
      const how = howByDoor[step.door] ?? 'proved'
      return goOn(reply, { how })
    }
    await tokens.renew()
    state.view = 'signed-in'
    state.own = newAddresses()
    state.notice = 'addressChanged'
  }

  /** @param {import('./state.js').Notice} notice */
  function leave(notice) {
    state.view = 'start'
    state.isWithoutWeChat = false
    state.session = undefined
    forgetOwn()
    state.notice = notice
  }

  /** @param {Step} step @returns {typeof state.missing} */
  function missingOf({ extras }) {
    if (state.verifyCode.trim() === '') return 'code'
    const lacks = extras.some(({ what, isRequired }) => isRequired && state.typed[what] === '')
    return lacks ? 'new-password' : ''
  }

  /** The step that is chosen, whatever it takes. */
  const chosen = () => state.steps.find((step) => step.key === state.stepKey)

  const signIn = () =>
    during(
      'sign-in',
      async () => {
        state.isWithoutWeChat = false
        const emulated = await calls.wxLogin(state.persona.trim())
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
    check: codes.check,
    sendCode: codes.send,
    secondFactor,
    factors: createOwnFactors({ state, calls, work: tokens.asUser }),
    passwords: createPasswords({ state, calls, work, asUser: tokens.asUser, goOn }),
    chosen,
    account: createOwnAccount({ state, calls, work: tokens.asUser, leave, renew: tokens.renew }),

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

    changeAddress(/** @type {Kind} */ kind) {
      if (state.busy !== '') return
      state.notice = ''
      pending('', stepsBehind('address'))
      choose(keyOf('address', kind))
      state.view = 'changing'
      changed()
    },

    /** Back to the first screen, or out of a change; an open sign-in is left to expire. */
    startAgain() {
      if (state.view === 'changing') {
        choose('')
        state.view = 'signed-in'
        return changed()
      }
      leave('')
      state.refused = undefined
      state.steps = []
      changed()
    },

    /** The same way in once more, after a sign-in that cannot go on. */
    startOver() {
      if (!state.isWithoutWeChat) return void signIn()
      pending('', stepsBehind('login'))
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

    ...createPhoneNumber({ state, calls, work, goOn }),

    confirm: (/** @type {Step & { kind: Kind }} */ step) =>
      during(
        'confirm',
        async () => {
          if (step.door === 'address') await tokens.keepFresh()
          const reply = await calls.prove(step)
          if (reply.ok) return proved(step, reply)
          refuse('code', reply)
          if (state.refused !== undefined && isOfNewPassword(state.refused.code))
            state.refused.at = 'new-password'
          if (state.stateToken !== '' && !state.refused?.over) await lookAgain()
        },
        missingOf(step),
      ),

    refresh: () =>
      during('refresh', async () => {
        await tokens.renew()
        if (state.refused === undefined) state.notice = 'refreshed'
      }),

    ...createLeaving({ state, calls, work, leave, openLogin: () => pending('', stepsBehind('login')) }),
  }
}

/** @typedef {ReturnType<typeof createSignIn>} SignIn */
