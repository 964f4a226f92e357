import { expect, test, type TestContext } from 'vitest'
import { credentialRefusals, passwordPolicy } from '../credentials/index.ts'
import { savePolicy } from '../platform/policy/index.ts'
import { startServer } from '../testing/server.ts'
import { signedIn } from '../testing/signed-in.ts'
import { addUserWithPassword, BETTER, GOOD, logIn } from '../testing/passwords.ts'

const STATE_TOKEN = 'IDAAS.SDK.PARAM.0014'
const CODE_INCORRECT = 'IDAAS.SDK.CAPTCHA.0007'
const DAY_MS = 24 * 60 * 60 * 1000
const LI = '13800138000'

/** A user whose password is that old, where passwords expire after 30 days and warn for 7. */
async function startAged(t: TestContext, days: number) {
  const server = await startServer(t, { mode: 'dev' })
  await savePolicy(server.deployment.db, passwordPolicy, { expire_after: '30 days', warn_before: '7 days' })
  await addUserWithPassword(server, { mobile: LI })
  server.clock.advance(days * DAY_MS)
  const program = server.miniProgram()
  const login = await logIn(program, GOOD)
  const headers = { 'X-state-token': String(login.body['state_token']) }
  return {
    server,
    program,
    login,
    skip: () => program.call('pwd/skip-update', { method: 'GET', headers }),
    look: () => program.call('/api/v2/ligature/sign-in', { method: 'GET', headers }),
    update: (oldPassword: string, newPassword: string) =>
      program.call('pwd/update', { headers, body: { old_password: oldPassword, new_password: newPassword } }),
    byCode: (verifyCode: string, newPassword: string, path = 'mobile') =>
      program.call(`after-login/pwd/update-by-${path}`, {
        headers,
        body: { verify_code: verifyCode, new_password: newPassword },
      }),
    bind: () => program.call('social/bind', { headers, body: { mobile: LI, verify_code: '123456' } }),
  }
}

test.for([
  [22.9, 'SUCCESS'],
  [23, 'PASSWORD_WARN'],
  [29.9, 'PASSWORD_WARN'],
  [30, 'PASSWORD_EXPIRED'],
] as const)('a password of %d days leads to %s', async ([days, status], t) => {
  const { login, server } = await startAged(t, days)

  expect(login).toMatchObject({ httpStatus: 200, outcome: status })
  expect(await server.count('session')).toBe(status === 'SUCCESS' ? 1 : 0)
})

test('a warned user is told the policy and what he can do, and again when he asks', async (t) => {
  const { login, look } = await startAged(t, 25)

  expect(JSON.parse(String(login.body['data']))).toMatchObject({ minLength: 8, maxLength: 50 })
  expect(login.body['next']).toMatchObject({
    expires_in: 600,
    steps: [
      { step: 'UPDATE_PASSWORD', path: '/api/v2/sdk/pwd/update' },
      {
        step: 'VERIFY_PHONE',
        path: '/api/v2/sdk/after-login/pwd/update-by-mobile',
        send: { path: '/api/v2/sdk/sms/send', type: 'CHANGE_PWD_SMS', in_seconds: 0 },
        hint: '+86-138****8000',
      },
      { step: 'SKIP', path: '/api/v2/sdk/pwd/skip-update' },
    ],
  })
  expect((await look()).body).toEqual(login.body)
})

test('a warned user puts it off once per login', async (t) => {
  const { skip, server } = await startAged(t, 25)

  const replies = await Promise.all([skip(), skip(), skip()])

  expect(replies.map(({ outcome }) => outcome).toSorted()).toEqual([STATE_TOKEN, STATE_TOKEN, 'SUCCESS'])
  expect(await server.count('session')).toBe(1)
})

test('an expired password cannot be kept, nor one that expired or was changed since the login', async (t) => {
  expect(await (await startAged(t, 31)).skip()).toMatchObject({ httpStatus: 400, outcome: STATE_TOKEN })

  const warned = await startAged(t, 29.999)
  warned.server.clock.advance(0.001 * DAY_MS)
  expect(await warned.skip()).toMatchObject({ outcome: STATE_TOKEN })
})

test.for([25, 31])(
  'a user of %d days changes the password and is in; his other sessions end',
  async (days, t) => {
    const aged = await startAged(t, 0)
    const before = signedIn(aged.program, aged.login)
    aged.server.clock.advance(days * DAY_MS)
    const login = await logIn(aged.program, GOOD)
    const second = await logIn(aged.program, GOOD)
    const update = (reply: typeof login, oldPassword: string, newPassword: string) =>
      aged.program.call('pwd/update', {
        headers: { 'X-state-token': String(reply.body['state_token']) },
        body: { old_password: oldPassword, new_password: newPassword },
      })

    expect(await update(login, GOOD, BETTER)).toMatchObject({ httpStatus: 200, outcome: 'SUCCESS' })

    expect(await before.refresh()).toMatchObject({ outcome: 'IDAAS.SDK.PARAM.0023' })
    expect(await update(login, BETTER, 'Third-Password-3')).toMatchObject({ outcome: STATE_TOKEN })
    expect(await update(second, BETTER, 'Third-Password-3')).toMatchObject({ outcome: STATE_TOKEN })
    expect(await logIn(aged.program, GOOD)).toMatchObject({
      outcome: credentialRefusals.passwordIncorrect.code,
    })
    expect(await logIn(aged.program, BETTER)).toMatchObject({ outcome: 'SUCCESS' })
  },
)

test('a wrong old password is a guess like any other, and leaves the sign-in open', async (t) => {
  const { update, program } = await startAged(t, 31)

  expect((await update('wrong', BETTER)).text).toMatch(/: 9"/)
  expect((await logIn(program, 'wrong')).text).toMatch(/: 8"/)
  expect(await update(GOOD, BETTER)).toMatchObject({ outcome: 'SUCCESS' })
})

test('a new password that may not be leaves everything as it was', async (t) => {
  const { update, skip } = await startAged(t, 25)

  expect(await update(GOOD, 'short')).toMatchObject({ outcome: credentialRefusals.passwordLength.code })
  expect(await update(GOOD, GOOD)).toMatchObject({ outcome: credentialRefusals.passwordUsedBefore.code })
  expect(await skip()).toMatchObject({ outcome: 'SUCCESS' })
})

test('a code to the own number changes it, and a refused password leaves the code unspent', async (t) => {
  const { byCode, program } = await startAged(t, 31)
  await program.send(LI, 'CHANGE_PWD_SMS')
  const code = await program.newestCode(LI)

  expect(await byCode(code === '000000' ? '000001' : '000000', BETTER)).toMatchObject({
    outcome: CODE_INCORRECT,
  })
  expect(await byCode(code, GOOD)).toMatchObject({ outcome: credentialRefusals.passwordUsedBefore.code })
  expect(await byCode(code, BETTER, 'email')).toMatchObject({ outcome: CODE_INCORRECT })
  const replies = await Promise.all([byCode(code, BETTER), byCode(code, BETTER)])
  expect(replies.filter(({ outcome }) => outcome === 'SUCCESS')).toHaveLength(1)
  expect(await logIn(program, BETTER)).toMatchObject({ outcome: 'SUCCESS' })
})

test('its state token binds nobody, and one of a bind changes no password', async (t) => {
  const { bind, program, server } = await startAged(t, 25)
  const pending = await program.openSignIn('alice')
  const headers = { 'X-state-token': pending.stateToken }

  expect(await bind()).toMatchObject({ outcome: 'IDAAS.SDK.COMMON.1007' })
  const body = { old_password: GOOD, new_password: BETTER, verify_code: '123456' }
  for (const path of ['pwd/update', 'after-login/pwd/update-by-mobile', 'after-login/pwd/update-by-email']) {
    expect(await program.call(path, { headers, body })).toMatchObject({ outcome: STATE_TOKEN })
    expect(await program.call(path, { body })).toMatchObject({ outcome: STATE_TOKEN })
  }
  for (const token of [pending.stateToken, 'x', '']) {
    const reply = await program.call('pwd/skip-update', {
      method: 'GET',
      headers: { 'X-state-token': token },
    })
    expect(reply).toMatchObject({ outcome: STATE_TOKEN })
  }
  expect(await server.count('session')).toBe(0)
})

test('a state token counts at its own application only, and for ten minutes', async (t) => {
  const { login, server, skip } = await startAged(t, 25)
  const other = server.miniProgram({ clientId: 'demoBindOrRegister00000000000001' })
  const headers = { 'X-state-token': String(login.body['state_token']) }

  expect(await other.call('pwd/skip-update', { method: 'GET', headers })).toMatchObject({
    outcome: STATE_TOKEN,
  })
  server.clock.advance(10 * 60_000)
  expect(await skip()).toMatchObject({ outcome: STATE_TOKEN })
})
