import { describe, expect, test, type TestContext } from 'vitest'
import { passwordPolicy } from '../credentials/index.ts'
import { savePolicy } from '../platform/policy/index.ts'
import { addUserWithPassword, BETTER, GOOD, logIn } from '../testing/passwords.ts'
import { pendingFactor, setAccess, wantSecondFactor } from '../testing/second-factor.ts'
import { REGISTER_CLIENT_ID, startServer } from '../testing/server.ts'

const LI = '13800138000'
const LI_MAIL = 'li@example.com'
const CODE = '232326'
const STATE_TOKEN_REFUSED = 'IDAAS.SDK.COMMON.1007'
const PASSWORD_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0014'
const CODE_INCORRECT = 'IDAAS.SDK.CAPTCHA.0007'
const NO_OWN_MOBILE = 'IDAAS.SDK.MFA.9240'
const DAY_MS = 24 * 60 * 60_000

/** Li has signed in with his password, and everybody has to show a second factor. */
async function startAfterPassword(t: TestContext) {
  const server = await startServer(t, { mode: 'dev' })
  const user = await addUserWithPassword(server, { mobile: LI, email: LI_MAIL, fixedCode: CODE })
  await wantSecondFactor(server)
  const program = server.miniProgram()
  const reply = await logIn(program, GOOD)
  return { server, program, user, reply, pending: pendingFactor(program, reply) }
}

describe('a sign-in that waits for a second factor', () => {
  test('answers in the documented form, with what can come next', async (t) => {
    const { reply } = await startAfterPassword(t)

    expect(reply.httpStatus).toBe(200)
    expect(reply.body).toEqual({
      state_token: expect.stringMatching(/^eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9\./),
      data: '{"mfaAuthFlow":["MFA_SMS","MFA_EMAIL"]}',
      status: 'MFA_AUTH',
      next: {
        sign_in_id: expect.stringMatching(/^[\w-]{22}$/),
        expires_in: 600,
        steps: [
          {
            step: 'MFA_SMS',
            path: '/api/v2/sdk/mfa/sms',
            send: { path: '/api/v2/sdk/sms/send', type: 'MFA_AUTH_SMS', in_seconds: 0 },
            hint: '+86-138****8000',
          },
          {
            step: 'MFA_EMAIL',
            path: '/api/v2/sdk/mfa/email',
            send: { path: '/api/v2/sdk/email/send', type: 'MFA_AUTH_EMS', in_seconds: 0 },
            hint: 'l***@example.com',
          },
        ],
      },
    })
  })

  test('tells the number in full that the code can go to', async (t) => {
    const { program, pending } = await startAfterPassword(t)

    const reply = await program.call('mobile-by-token', { method: 'GET', headers: pending.headers })

    expect(reply.body).toEqual({ mobile: `+86-${LI}` })
  })

  test('ends with a session, whichever spelling the code was asked for by', async (t) => {
    const { program, pending } = await startAfterPassword(t)
    await program.send(LI, 'OTP_REST_SMS')

    const reply = await program.call('mfa/sms', {
      headers: pending.headers,
      body: { mobile: LI, verify_code: CODE },
    })

    expect(reply).toMatchObject({ httpStatus: 200, outcome: 'SUCCESS' })
    expect(Object.keys(reply.body)).toEqual(['session_token', 'expire', 'status', 'id_token'])
  })

  test('takes a code only to an own address, and says no more than that it is wrong', async (t) => {
    const { server, pending } = await startAfterPassword(t)
    const stranger = '13700137000'
    await server.addUser({ mobile: stranger, fixedCode: CODE })

    expect(await pending.passByCode(stranger, { verify_code: CODE })).toMatchObject({
      httpStatus: 400,
      outcome: CODE_INCORRECT,
    })
    expect(await pending.passByCode('13600136000')).toMatchObject({ outcome: CODE_INCORRECT })
    expect(await pending.passByCode(LI, { verify_code: CODE })).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('stays open after a wrong code, which was paid for', async (t) => {
    const { pending } = await startAfterPassword(t)

    for (let guess = 0; guess < 5; guess += 1) {
      expect(await pending.passByCode(LI, { verify_code: '000000' })).toMatchObject({
        outcome: CODE_INCORRECT,
      })
    }
    expect(await pending.passByCode(LI_MAIL, { verify_code: CODE })).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('is used once: of sixteen at once one comes in', async (t) => {
    const { server, program, pending } = await startAfterPassword(t)
    await program.send(LI, 'MFA_AUTH_SMS', pending.stateToken)
    const body = { mobile: LI, verify_code: CODE }

    const replies = await Promise.all(
      Array.from({ length: 16 }, () => program.call('mfa/sms', { headers: pending.headers, body })),
    )

    expect(replies.filter(({ outcome }) => outcome === 'SUCCESS')).toHaveLength(1)
    expect(await server.count('session')).toBe(1)
    expect(await program.call('mfa/sms', { headers: pending.headers, body })).toMatchObject({
      outcome: STATE_TOKEN_REFUSED,
    })
  })

  test('is nobody else’s: not at another application, and not after ten minutes', async (t) => {
    const { server, program, pending } = await startAfterPassword(t)
    const other = server.miniProgram({ clientId: REGISTER_CLIENT_ID })
    const body = { mobile: LI, verify_code: CODE }
    await program.send(LI, 'MFA_AUTH_SMS', pending.stateToken)

    expect(await other.call('mfa/sms', { headers: pending.headers, body })).toMatchObject({
      outcome: STATE_TOKEN_REFUSED,
    })
    server.clock.advance(10 * 60_000)
    expect(await program.call('mfa/sms', { headers: pending.headers, body })).toMatchObject({
      outcome: STATE_TOKEN_REFUSED,
    })
  })

  test('allows nothing else, and no other sign-in allows a second factor', async (t) => {
    const { program, pending } = await startAfterPassword(t)
    const alice = await program.openSignIn('alice')
    const body = { mobile: LI, verify_code: CODE }
    await program.send(LI, 'MFA_AUTH_SMS')

    for (const path of ['social/bind', 'social/register-bind', 'social/wechat-mobile-bind']) {
      const asked = { ...body, wechat_code: `mock:alice?phone=${LI}` }
      expect(await program.call(path, { headers: pending.headers, body: asked })).toMatchObject({
        outcome: STATE_TOKEN_REFUSED,
      })
    }
    expect(await program.call('pwd/skip-update', { method: 'GET', headers: pending.headers })).toMatchObject({
      outcome: PASSWORD_TOKEN_REFUSED,
    })
    const newPassword = { old_password: GOOD, new_password: BETTER }
    expect(await program.call('pwd/update', { headers: pending.headers, body: newPassword })).toMatchObject({
      outcome: PASSWORD_TOKEN_REFUSED,
    })
    const binding = { 'X-state-token': alice.stateToken }
    expect(await program.call('mfa/sms', { headers: binding, body })).toMatchObject({
      outcome: STATE_TOKEN_REFUSED,
    })
    expect(await program.call('mobile-by-token', { method: 'GET', headers: binding })).toMatchObject({
      outcome: STATE_TOKEN_REFUSED,
    })
  })
})

test('what was proved first does not count a second time', async (t) => {
  const { server, program } = await startAfterPassword(t)
  server.clock.advance(60_000)
  await program.send(LI, 'LOGIN_SMS')
  const reply = await program.call('login/mobile-verify-code', { body: { mobile: LI, verify_code: CODE } })
  const pending = pendingFactor(program, reply)

  expect(await pending.steps()).toEqual(['MFA_EMAIL'])
  expect(await pending.passByCode(LI, { verify_code: CODE })).toMatchObject({ outcome: STATE_TOKEN_REFUSED })
  expect(await program.call('mobile-by-token', { method: 'GET', headers: pending.headers })).toMatchObject({
    outcome: NO_OWN_MOBILE,
  })
  expect(await pending.passByCode(LI_MAIL, { verify_code: CODE })).toMatchObject({ outcome: 'SUCCESS' })
})

test('the bind’s own state token is dead once its code was right', async (t) => {
  const { server, program } = await startAfterPassword(t)
  const signIn = await program.openSignIn('alice')
  await signIn.send(LI)
  const pending = pendingFactor(program, await signIn.bind(LI, CODE))

  expect(pending.stateToken).not.toBe(signIn.stateToken)
  expect(await signIn.look()).toMatchObject({ outcome: STATE_TOKEN_REFUSED })
  expect(await signIn.bind(LI, CODE)).toMatchObject({ outcome: STATE_TOKEN_REFUSED })
  expect(await server.count('identity')).toBe(0)
  expect(await pending.passByCode(LI_MAIL, { verify_code: CODE })).toMatchObject({ outcome: 'SUCCESS' })
  expect(await program.login('alice')).toMatchObject({ outcome: 'MFA_AUTH' })
})

test('of two sign-ins of one identity that wait for a second factor, one binds it and the other is over', async (t) => {
  const { server, program } = await startAfterPassword(t)
  const waiting = []
  for (const address of [LI, LI_MAIL]) {
    const signIn = await program.openSignIn('alice')
    await signIn.send(address)
    waiting.push(pendingFactor(program, await signIn.bind(address, CODE)))
  }

  const [one, other] = waiting
  expect(await one?.passByCode(LI_MAIL, { verify_code: CODE })).toMatchObject({ outcome: 'SUCCESS' })
  expect(await other?.passByCode(LI, { verify_code: CODE })).toMatchObject({ outcome: STATE_TOKEN_REFUSED })
  expect(await server.count('identity')).toBe(1)
})

test('a new password ends a sign-in that waits for a second factor', async (t) => {
  const { program, pending } = await startAfterPassword(t)
  await program.send(LI, 'FORGET_PWD_SMS')
  const reset = { mobile: LI, verify_code: CODE, password: BETTER }
  expect(await program.call('pwd/update-by-mobile', { body: reset })).toMatchObject({ outcome: 'OK' })

  expect(await pending.passByCode(LI, { verify_code: CODE })).toMatchObject({ outcome: STATE_TOKEN_REFUSED })
  expect(await logIn(program, BETTER)).toMatchObject({ outcome: 'MFA_AUTH' })
})

test('an old password is looked at after the second factor, which is not asked for again', async (t) => {
  const { server, program, pending } = await startAfterPassword(t)
  await savePolicy(server.deployment.db, passwordPolicy, { expire_after: '1 day', warn_before: '1 day' })
  const setAt = server.clock.now() - 2 * DAY_MS
  await server.deployment.db.updateTable('password').set({ set_at: setAt }).execute()

  const reply = await pending.passByCode(LI, { verify_code: CODE, trust_device: true })

  expect(reply).toMatchObject({ httpStatus: 200, outcome: 'PASSWORD_EXPIRED' })
  const stateToken = String(reply.body['state_token'])
  expect(stateToken).not.toBe(pending.stateToken)
  const headers = { 'X-state-token': stateToken }
  expect(await program.call('mobile-by-token', { method: 'GET', headers })).toMatchObject({
    body: { mobile: `+86-${LI}` },
  })
  const body = { old_password: GOOD, new_password: BETTER }
  expect(await program.call('pwd/update', { headers, body })).toMatchObject({ outcome: 'SUCCESS' })
})

test('a rule that comes to want it ends a sign-in that waits for a new password', async (t) => {
  const server = await startServer(t, { mode: 'dev' })
  await addUserWithPassword(server, { mobile: LI, fixedCode: CODE })
  const program = server.miniProgram()
  await savePolicy(server.deployment.db, passwordPolicy, { expire_after: '1 day', warn_before: '1 day' })
  const setAt = server.clock.now() - 2 * DAY_MS
  await server.deployment.db.updateTable('password').set({ set_at: setAt }).execute()
  const login = await logIn(program, GOOD)
  const headers = { 'X-state-token': String(login.body['state_token']) }
  await wantSecondFactor(server)

  const body = { old_password: GOOD, new_password: BETTER }
  expect(await program.call('pwd/update', { headers, body })).toMatchObject({
    outcome: PASSWORD_TOKEN_REFUSED,
  })
  await setAccess(server, {})
  expect(await logIn(program, GOOD)).toMatchObject({ outcome: 'PASSWORD_EXPIRED' })
})
