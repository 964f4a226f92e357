import { begunOf, ownFactorsOf, recoveryCodesOf, trustedDevicesOf } from './factors.js'
import { makePasskey } from './passkeys.js'

const ENROLMENT_EXPIRED = 'MFA.9204'

/**
 * What the signed-in user does about his second factor and the devices that need none.
 *
 * @param {{
 *   state: import('./state.js').State,
 *   calls: import('./calls.js').Calls,
 *   work: import('./work.js').Work,
 * }} deps
 */
export function createOwnFactors({ state, calls, work }) {
  const { during, refuse, cannot, changed } = work

  async function read() {
    const reply = await calls.factors()
    if (!reply.ok) return refuse('page', reply)
    state.factors = ownFactorsOf(reply.json)
  }

  async function readDevices() {
    const reply = await calls.trustedDevices()
    if (!reply.ok) return refuse('page', reply)
    state.devices = trustedDevicesOf(reply.json)
  }

  /**
   * One change, and how things stand after it.
   *
   * @param {() => Promise<import('./api.js').Reply>} call
   * @param {import('./state.js').Notice} notice
   */
  async function change(call, notice) {
    const reply = await call()
    if (!reply.ok) return refuse('page', reply)
    const codes = recoveryCodesOf(reply.json)
    if (codes.length > 0) state.recoveryCodes = codes
    state.renaming = undefined
    await read()
    state.notice = notice
  }

  return {
    list: () => during('page', read),
    listDevices: () => during('page', readDevices),

    beginTotp: () =>
      during('enrol', async () => {
        state.begun = undefined
        state.verifyCode = ''
        const reply = await calls.beginTotp()
        if (!reply.ok) return refuse('page', reply)
        state.begun = begunOf(reply.json)
      }),

    confirmTotp: () =>
      during(
        'confirm',
        async () => {
          const reply = await calls.confirmTotp()
          if (!reply.ok) {
            refuse('code', reply)
            if (state.refused?.code.endsWith(ENROLMENT_EXPIRED)) state.begun = undefined
            return
          }
          state.page = 'factors'
          await change(async () => reply, 'factorAdded')
        },
        state.verifyCode.trim() === '' ? 'code' : '',
      ),

    removeTotp: () => during('remove', () => change(calls.removeTotp, 'factorRemoved')),
    makeRecoveryCodes: () => during('codes', () => change(calls.makeRecoveryCodes, '')),

    addPasskey: () =>
      during(
        'passkey',
        async () => {
          const options = await calls.newPasskeyOptions()
          if (!options.ok) return refuse('page', options)
          const made = await makePasskey(options.json)
          if ('problem' in made) return cannot('page', made.problem)
          const name = state.passkeyName.trim()
          await change(() => calls.addPasskey(name, made.response), 'factorAdded')
          if (state.refused === undefined) state.passkeyName = ''
        },
        state.passkeyName.trim() === '' ? 'passkey-name' : '',
      ),

    /** Opens the field for a new name; `undefined` closes it. */
    rename(/** @type {{ id: string, name: string } | undefined} */ renaming) {
      if (state.busy !== '') return
      state.renaming = renaming
      state.refused = undefined
      state.notice = ''
      changed()
    },

    saveName: (/** @type {{ id: string, name: string }} */ { id, name }) =>
      during(
        'rename',
        () => change(() => calls.renamePasskey(id, name.trim()), 'saved'),
        name.trim() === '' ? 'new-name' : '',
      ),

    removePasskey: (/** @type {string} */ id) =>
      during('remove', () => change(() => calls.removePasskey(id), 'factorRemoved')),

    endTrust: (/** @type {string} */ id) =>
      during('end', async () => {
        const reply = await calls.endTrust(id)
        if (!reply.ok) return refuse('page', reply)
        await readDevices()
        state.notice = 'trustEnded'
      }),
  }
}
