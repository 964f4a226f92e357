import { describe, expect, test, type TestContext } from 'vitest'
import { z } from 'zod'
import {
  codeAt,
  ENROLMENT_EXPIRED,
  enrolTotp,
  FACTOR_CODE_INCORRECT,
  FACTOR_LOCKED,
  factorsOf,
  SIGN_IN_WITH_SECOND_FACTOR,
  STEP,
  wrongCode,
} from '../testing/factors.ts'
import { addUserWithPassword, BETTER, GOOD, logIn } from '../testing/passwords.ts'
import { pendingFactor, setAccess, wantSecondFactor } from '../testing/second-factor.ts'
import { startServer } from '../testing/server.ts'
import { signedIn } from '../testing/signed-in.ts'

const LI = '13800138000'
const LI_MAIL = 'li@example.com'
const CODE = '232326'
const STATE_TOKEN_REFUSED = 'IDAAS.SDK.COMMON.1007'

/** Li has an authenticator app, and no rule says anything. */
async function startEnrolled(t: TestContext) {
  const server = await startServer(t, { mode: 'dev' })
  const user = await addUserWithPassword(server, { mobile: LI, email: LI_MAIL, fixedCode: CODE })
  const program = server.miniProgram()
  const first = signedIn(program, await logIn(program, GOOD))
  const { secret, recoveryCodes, factors } = await enrolTotp(server, program, first)
  server.clock.advance(STEP)
  const code = () => codeAt(secret, server.clock.now())
  const wanted = async (reply = logIn(program, GOOD)) => {
    const pending = pendingFactor(program, await reply)
    const show =
      (path: string) =>
      (typed: string, more: object = {}) =>
        program.call(path, { headers: pending.headers, body: { code: typed, ...more } })
    return { ...pending, totp: show('mfa/totp'), recover: show('mfa/recovery-code') }
  }
  return { server, user, program, first, factors, secret, recoveryCodes, code, wanted }
}

describe('whoever has an authenticator app', () => {
  test('is asked for it, however he comes, and for nothing less', async (t) => {
    const { server, program, wanted } = await startEnrolled(t)
    const ways = {
      password: () => logIn(program, GOOD),
      async code() {
        await program.send(LI, 'LOGIN_SMS')
        return program.call('login/mobile-verify-code', { body: { mobile: LI, verify_code: CODE } })
      },
      'phone button': () => program.loginByPhone(`mock:alice?phone=${LI}`),
      async bind() {
        const signIn = await program.openSignIn('alice')
        await signIn.send(LI_MAIL)
        return signIn.bind(LI_MAIL, CODE)
      },
    }
    for (const [way, come] of Object.entries(ways)) {
      server.clock.advance(60_000)
      const pending = await wanted(come())
      expect({ way, steps: await pending.steps() }).toEqual({ way, steps: ['MFA_TOTP', 'MFA_RECOVERY_CODE'] })
      expect(await pending.passByCode(LI_MAIL, { verify_code: CODE })).toMatchObject({
        outcome: STATE_TOKEN_REFUSED,
      })
    }
    expect(await server.count('identity')).toBe(0)
  })

  test('comes in with a code of it, each once, of sixteen at once one', async (t) => {
    const { server, code, wanted } = await startEnrolled(t)
    const several = []
    for (let waiting = 0; waiting < 16; waiting++) several.push(await wanted())

    const replies = await Promise.all(several.map(({ totp }) => totp(code())))

    expect(replies.filter(({ outcome }) => outcome === 'SUCCESS')).toHaveLength(1)
    server.clock.advance(15 * 60_000)
    const next = await wanted()
    const shown = code()
    expect(await next.totp(shown)).toMatchObject({ httpStatus: 200, outcome: 'SUCCESS' })
    const again = await wanted()
    expect(await again.totp(shown)).toMatchObject({ outcome: FACTOR_CODE_INCORRECT })
  })

  test('comes in with a recovery code, each once, of sixteen at once one', async (t) => {
    const { server, recoveryCodes, program, wanted } = await startEnrolled(t)
    const [one = '', other = ''] = recoveryCodes
    const several = []
    for (let waiting = 0; waiting < 16; waiting++) several.push(await wanted())

    const replies = await Promise.all(several.map(({ recover }) => recover(one)))

    expect(replies.filter(({ outcome }) => outcome === 'SUCCESS')).toHaveLength(1)
    server.clock.advance(15 * 60_000)
    const next = await wanted()
    expect(await next.recover(one)).toMatchObject({ outcome: FACTOR_CODE_INCORRECT })
    const entered = await next.recover(other.toUpperCase())
    expect(entered).toMatchObject({ outcome: 'SUCCESS' })
    const listed = await factorsOf(program, signedIn(program, entered)).list()
    expect(listed.body).toMatchObject({ recovery_codes: { remaining: 8 } })
  })

  test('is locked out after five wrong codes of either kind, in every sign-in', async (t) => {
    const { server, secret, code, recoveryCodes, wanted } = await startEnrolled(t)
    const pending = await wanted()
    const wrong = wrongCode(secret, server.clock.now())

    for (const left of [4, 3]) {
      expect(await pending.totp(wrong)).toMatchObject({ outcome: FACTOR_CODE_INCORRECT })
      expect((await wanted()).stateToken).not.toBe(pending.stateToken)
      expect(left).toBeGreaterThan(0)
    }
    const other = await wanted()
    expect(await other.recover('0000-0000-0000-0000')).toMatchObject({ outcome: FACTOR_CODE_INCORRECT })
    expect(await other.totp(wrong)).toMatchObject({ outcome: FACTOR_CODE_INCORRECT })
    expect(await other.totp(wrong)).toMatchObject({ outcome: FACTOR_LOCKED })
    expect(await pending.totp(code())).toMatchObject({ outcome: FACTOR_LOCKED })
    expect(await pending.recover(recoveryCodes[0] ?? '')).toMatchObject({ outcome: FACTOR_LOCKED })
    server.clock.advance(15 * 60_000)
    expect(await (await wanted()).totp(code())).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('has nothing bound until he has shown it', async (t) => {
    const { server, program, code, wanted } = await startEnrolled(t)
    const signIn = await program.openSignIn('alice')
    await signIn.send(LI)
    const pending = await wanted(signIn.bind(LI, CODE))

    expect(await server.count('identity')).toBe(0)
    expect(await program.login('alice')).toMatchObject({ outcome: 'SOCIAL_BIND' })
    expect(await pending.totp(code())).toMatchObject({ outcome: 'SUCCESS' })
    expect(await server.count('identity')).toBe(1)
    expect(await program.login('alice')).toMatchObject({ outcome: 'MFA_AUTH' })
  })

  test('keeps it when a forgotten password is set anew', async (t) => {
    const { program, code, wanted } = await startEnrolled(t)
    await program.send(LI, 'FORGET_PWD_SMS')
    const reset = { mobile: LI, verify_code: CODE, password: BETTER }
    expect(await program.call('pwd/update-by-mobile', { body: reset })).toMatchObject({ outcome: 'OK' })

    const pending = await wanted(logIn(program, BETTER))
    expect(await pending.steps()).toEqual(['MFA_TOTP', 'MFA_RECOVERY_CODE'])
    expect(await pending.totp(code())).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('is spared it on a device that he trusts, but not when he binds something', async (t) => {
    const { server, program, code, wanted } = await startEnrolled(t)
    const trusted = await (await wanted()).totp(code(), { trust_device: true })
    const headers = { 'X-device-token': String(trusted.body['device_token']) }
    const login = { headers, body: { user_name: 'li', password: GOOD } }
    expect(await program.call('login', login)).toMatchObject({ outcome: 'SUCCESS' })

    const signIn = await program.openSignIn('alice')
    await signIn.send(LI)
    const bind = {
      headers: { ...headers, 'X-state-token': signIn.stateToken },
      body: { mobile: LI, verify_code: CODE },
    }
    expect(await program.call('social/bind', bind)).toMatchObject({ outcome: 'MFA_AUTH' })
    const spared = signedIn(program, await program.call('login', login))
    expect(await spared.bindOwn('mock:bob')).toMatchObject({ outcome: SIGN_IN_WITH_SECOND_FACTOR })
    expect(await signedIn(program, trusted).bindOwn('mock:bob')).toMatchObject({ httpStatus: 200 })
    await setAccess(server, { rules: [{ name: 'all come in', result: 'allow' }] })
    const again = await program.openSignIn('carol')
    server.clock.advance(60_000)
    await again.send(LI)
    expect(await again.bind(LI, CODE)).toMatchObject({ outcome: 'MFA_AUTH' })
  })
})

describe('a change of his factors', () => {
  test('wants a session that began with the second factor, a trusted device is not enough', async (t) => {
    const { program, first, factors, code, wanted } = await startEnrolled(t)
    expect(await factors.remove()).toMatchObject({ outcome: SIGN_IN_WITH_SECOND_FACTOR })
    const entered = await (await wanted()).totp(code(), { trust_device: true })
    const headers = { 'X-device-token': String(entered.body['device_token']) }
    const spared = signedIn(
      program,
      await program.call('login', { headers, body: { user_name: 'li', password: GOOD } }),
    )
    expect(await factorsOf(program, spared).remove()).toMatchObject({ outcome: SIGN_IN_WITH_SECOND_FACTOR })

    expect(await factorsOf(program, signedIn(program, entered)).remove()).toMatchObject({ outcome: 'OK' })
    expect(await logIn(program, GOOD)).toMatchObject({ outcome: 'SUCCESS' })
    expect(await first.refresh()).toMatchObject({ httpStatus: 200 })
  })

  test('ends the sign-ins that wait for it, and every device is new again', async (t) => {
    const { server, program, code, wanted, recoveryCodes } = await startEnrolled(t)
    const waits = await wanted()
    const entered = await (await wanted()).totp(code(), { trust_device: true })
    const headers = { 'X-device-token': String(entered.body['device_token']) }

    const made = await factorsOf(program, signedIn(program, entered)).makeRecoveryCodes()
    expect(made).toMatchObject({ httpStatus: 200 })

    server.clock.advance(STEP)
    expect(await waits.totp(code())).toMatchObject({ outcome: STATE_TOKEN_REFUSED })
    const login = { headers, body: { user_name: 'li', password: GOOD } }
    const pending = await wanted(program.call('login', login))
    expect(await pending.recover(recoveryCodes[0] ?? '')).toMatchObject({ outcome: FACTOR_CODE_INCORRECT })
    const [fresh = ''] = z.array(z.string()).parse(made.body['recovery_codes'])
    expect(await pending.recover(fresh)).toMatchObject({ outcome: 'SUCCESS' })
  })
})

describe('of whom a rule wants one who has nothing to show', () => {
  const begun = z.object({ secret: z.string(), qr_svg: z.string(), expires_in: z.number() })

  async function startWithNothing(t: TestContext) {
    const server = await startServer(t, { mode: 'dev' })
    await addUserWithPassword(server)
    await wantSecondFactor(server)
    const program = server.miniProgram()
    const wanted = async () => {
      const pending = pendingFactor(program, await logIn(program, GOOD))
      return {
        ...pending,
        begin: () => program.call('mfa/totp/enrol', { headers: pending.headers }),
        totp: (code: string) => program.call('mfa/totp', { headers: pending.headers, body: { code } }),
      }
    }
    return { server, program, wanted }
  }

  test('sets up an authenticator app on his way in, and hears his recovery codes once', async (t) => {
    const { server, wanted } = await startWithNothing(t)
    const pending = await wanted()
    expect(await pending.steps()).toEqual(['ENROL_TOTP'])

    const { secret, qr_svg: qr, expires_in: seconds } = begun.parse((await pending.begin()).body)
    expect(qr).toMatch(/^<svg /)
    expect(seconds).toBe(600)
    expect(await pending.totp(wrongCode(secret, server.clock.now()))).toMatchObject({
      outcome: FACTOR_CODE_INCORRECT,
    })
    const reply = await pending.totp(codeAt(secret, server.clock.now()))
    expect(reply).toMatchObject({ httpStatus: 200, outcome: 'SUCCESS' })
    expect(reply.body['recovery_codes']).toHaveLength(10)

    const next = await wanted()
    expect(await next.steps()).toEqual(['MFA_TOTP', 'MFA_RECOVERY_CODE'])
    expect(await next.begin()).toMatchObject({ outcome: STATE_TOKEN_REFUSED })
    server.clock.advance(STEP)
    expect(await next.totp(codeAt(secret, server.clock.now()))).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('passes with nothing that he has not begun in time', async (t) => {
    const { server, wanted } = await startWithNothing(t)
    expect(await (await wanted()).totp('123456')).toMatchObject({ outcome: ENROLMENT_EXPIRED })
    const { secret } = begun.parse((await (await wanted()).begin()).body)
    server.clock.advance(10 * 60_000)
    const late = await wanted()
    expect(await late.totp(codeAt(secret, server.clock.now()))).toMatchObject({ outcome: ENROLMENT_EXPIRED })
  })
})
