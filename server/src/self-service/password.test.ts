import { describe, expect, test, type TestContext } from 'vitest'
import { credentialRefusals } from '../credentials/index.ts'
import type { MiniProgram } from '../testing/mini-program.ts'
import { startServer, type TestServer } from '../testing/server.ts'
import { signedIn } from '../testing/signed-in.ts'
import { addUserWithPassword, BETTER, countedHashing, GOOD, logIn } from '../testing/passwords.ts'

const CODE_INCORRECT = 'IDAAS.SDK.CAPTCHA.0007'
const ID_TOKEN = 'IDAAS.SDK.PARAM.0016'
const SESSION_TOKEN = 'IDAAS.SDK.PARAM.0023'
const SIGN_IN_AGAIN = 'IDAAS.SDK.ACCOUNT.9102'
const INCORRECT = credentialRefusals.passwordIncorrect.code
const LI = '13800138000'
const MAIL = 'li@example.com'

const ways = [
  { field: 'mobile', address: LI, kind: 'SMS', path: 'pwd/update-by-mobile', change: 'pwd/change-by-mobile' },
  { field: 'email', address: MAIL, kind: 'EMS', path: 'pwd/update-by-email', change: 'pwd/change-by-email' },
] as const

async function startWithLi(t: TestContext) {
  const server = await startServer(t, { mode: 'dev' })
  const user = await addUserWithPassword(server, { mobile: LI, email: MAIL })
  const program = server.miniProgram()
  const login = await logIn(program, GOOD)
  const headers = { Authorization: `Bearer ${String(login.body['id_token'])}` }
  return { server, user, program, li: signedIn(program, login), headers }
}

async function codeFor(
  server: TestServer,
  program: MiniProgram,
  address: string,
  type: string,
): Promise<string> {
  server.clock.advance(5_000)
  expect(await program.send(address, type)).toMatchObject({ outcome: 'OK' })
  return program.newestCode(address)
}

describe.for(ways)('$path', (way) => {
  test('sets a forgotten password, ends every session and unlocks', async (t) => {
    const { server, program, li } = await startWithLi(t)
    for (let guess = 1; guess <= 10; guess++) await logIn(program, 'wrong')
    const code = await codeFor(server, program, way.address, `FORGET_PWD_${way.kind}`)
    const reset = () =>
      program.call(way.path, {
        body: { [way.field]: way.address, verify_code: code, password: BETTER },
      })

    expect(await reset()).toMatchObject({ httpStatus: 200, outcome: 'OK', text: '' })

    expect(await li.refresh()).toMatchObject({ outcome: SESSION_TOKEN })
    expect(await logIn(program, GOOD)).toMatchObject({ outcome: INCORRECT })
    expect(await logIn(program, BETTER)).toMatchObject({ outcome: 'SUCCESS' })
    expect(await reset()).toMatchObject({ outcome: CODE_INCORRECT })
    const kinds = await server.deployment.db.selectFrom('audit_event').select('kind').execute()
    expect(kinds).toContainEqual({ kind: 'password_changed' })
    const told = await server.deployment.db.selectFrom('notice').select(['kind', 'channel']).execute()
    expect(told).toEqual([{ kind: 'password_changed', channel: way.field === 'mobile' ? 'email' : 'sms' }])
  })

  test('tells whose address nobody verified only after a right code, for the same work', async (t) => {
    const passwordHashing = countedHashing()
    const server = await startServer(t, { mode: 'dev', server: { passwordHashing } })
    const program = server.miniProgram()
    await addUserWithPassword(server, { [way.field]: way.address, isVerified: false })
    const code = await codeFor(server, program, way.address, `FORGET_PWD_${way.kind}`)
    const reset = (verifyCode: string) =>
      program.call(way.path, {
        body: { [way.field]: way.address, verify_code: verifyCode, password: BETTER },
      })

    expect(await reset(code === '111111' ? '222222' : '111111')).toMatchObject({ outcome: CODE_INCORRECT })
    expect(passwordHashing.count()).toBe(2)
    expect(await reset(code)).toMatchObject({ outcome: 'IDAAS.SDK.LOGIN.9005' })
    expect(await reset(code)).toMatchObject({ outcome: CODE_INCORRECT })
    expect(await logIn(program, BETTER)).toMatchObject({ outcome: INCORRECT })
  })

  test('leaves a right code unspent when the password may not be his', async (t) => {
    const { server, program } = await startWithLi(t)
    const code = await codeFor(server, program, way.address, `FORGET_PWD_${way.kind}`)
    const reset = (password: string) =>
      program.call(way.path, { body: { [way.field]: way.address, verify_code: code, password } })

    expect(await reset(GOOD)).toMatchObject({ outcome: credentialRefusals.passwordUsedBefore.code })
    expect(await reset(`A-${LI}-z`)).toMatchObject({ outcome: credentialRefusals.passwordOwnData.code })
    expect(await reset(BETTER)).toMatchObject({ outcome: 'OK' })
  })

  test.for([`UPDATE_PWD_${way.kind}`, `CHANGE_PWD_${way.kind}`])(
    'changes the own password with %s, and the session goes on',
    async (type, t) => {
      const { server, program, li, headers } = await startWithLi(t)
      const other = signedIn(program, await logIn(program, GOOD))

      for (const [path, password] of [
        [way.path, BETTER],
        [way.change, 'Third-Password-3'],
      ] as const) {
        const code = await codeFor(server, program, way.address, type)
        const reply = await program.call(path, { headers, body: { verify_code: code, password } })
        expect(reply).toMatchObject({ httpStatus: 200, outcome: 'OK' })
        expect(await logIn(program, password)).toMatchObject({ outcome: 'SUCCESS' })
      }
      expect(await li.refresh()).toMatchObject({ outcome: 'OK' })
      expect(await other.refresh()).toMatchObject({ outcome: SESSION_TOKEN })
    },
  )

  test.for(['Bearer x', 'Bearer', 'Basic x', 'Bearer a b', ''])(
    'with the header "%s" never means a forgotten one',
    async (authorization, t) => {
      const { server, program } = await startWithLi(t)
      const code = await codeFor(server, program, way.address, `FORGET_PWD_${way.kind}`)
      const body = { [way.field]: way.address, verify_code: code, password: BETTER }

      const reply = await program.call(way.path, { headers: { Authorization: authorization }, body })

      expect(reply).toMatchObject({ httpStatus: 400, outcome: ID_TOKEN })
      expect(await logIn(program, GOOD)).toMatchObject({ outcome: 'SUCCESS' })
    },
  )

  test('keeps the two meanings and their codes apart', async (t) => {
    const { server, program, headers } = await startWithLi(t)
    const forget = await codeFor(server, program, way.address, `FORGET_PWD_${way.kind}`)
    const own = { verify_code: forget, password: BETTER }
    expect(await program.call(way.path, { headers, body: own })).toMatchObject({ outcome: CODE_INCORRECT })
    expect(await program.call(way.change, { headers, body: own })).toMatchObject({ outcome: CODE_INCORRECT })

    const update = await codeFor(server, program, way.address, `UPDATE_PWD_${way.kind}`)
    const body = { [way.field]: way.address, verify_code: update, password: BETTER }
    expect(await program.call(way.path, { body })).toMatchObject({ outcome: CODE_INCORRECT })
    expect(await program.call(way.path, { body: own })).toMatchObject({ outcome: 'IDAAS.SDK.PARAM.9007' })
  })
})

describe('pwd/change', () => {
  test('wants the old password, and a wrong one is a guess like at a login', async (t) => {
    const { program, headers, li } = await startWithLi(t)
    const other = signedIn(program, await logIn(program, GOOD))
    const change = (body: Record<string, string>) => program.call('pwd/change', { headers, body })

    expect(await change({ new_password: BETTER })).toMatchObject({
      outcome: credentialRefusals.oldPasswordMissing.code,
    })
    expect((await change({ old_password: 'wrong', new_password: BETTER })).text).toMatch(/: 9"/)
    expect((await logIn(program, 'wrong')).text).toMatch(/: 8"/)
    expect(await change({ old_password: GOOD, new_password: BETTER })).toMatchObject({
      httpStatus: 200,
      outcome: 'OK',
    })
    expect(await li.refresh()).toMatchObject({ outcome: 'OK' })
    expect(await other.refresh()).toMatchObject({ outcome: SESSION_TOKEN })
    expect((await logIn(program, 'wrong')).text).toMatch(/: 9"/)
  })

  test('of two changes at once one is made', async (t) => {
    const { program, headers } = await startWithLi(t)
    const change = (password: string) =>
      program.call('pwd/change', { headers, body: { old_password: GOOD, new_password: password } })

    const replies = await Promise.all([change(BETTER), change('Third-Password-3')])

    expect(replies.filter(({ outcome }) => outcome === 'OK')).toHaveLength(1)
  })

  test.for([
    [10 * 60_000, 'OK'],
    [10 * 60_000 + 1, SIGN_IN_AGAIN],
  ] as const)('sets a first password %d ms after the login: %s', async ([waitMs, outcome], t) => {
    const server = await startServer(t, {
      mode: 'dev',
      application: { idToken: { algorithm: 'RS256', subject: 'user_id', lifetimeSeconds: 3600 } },
    })
    await server.addUser({ userName: 'li', mobile: LI })
    const program = server.miniProgram()
    const code = await codeFor(server, program, LI, 'LOGIN_SMS')
    const login = await program.call('login/mobile-verify-code', { body: { mobile: LI, verify_code: code } })
    const headers = { Authorization: `Bearer ${String(login.body['id_token'])}` }
    const exists = async () =>
      (await program.call('pwd/check-exist', { method: 'GET', headers })).body['is_set_pwd']
    expect(await exists()).toBe(false)
    server.clock.advance(waitMs)

    expect(await program.call('pwd/change', { headers, body: { new_password: BETTER } })).toMatchObject({
      outcome,
    })

    expect(await exists()).toBe(outcome === 'OK')
  })
})
