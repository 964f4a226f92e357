import { describe, expect, test, type TestContext } from 'vitest'
import { savePolicy } from '../platform/policy/index.ts'
import { startServer, type TestServer } from '../testing/server.ts'
import { setUserDisabled } from '../users/index.ts'
import { registration } from './registration.ts'

const LI = '13800138000'
const MAIL = 'li@example.com'
const CODE_INCORRECT = 'IDAAS.SDK.CAPTCHA.0007'
const FIELD_MISSING = 'IDAAS.SDK.PARAM.9001'

interface Way {
  readonly path: string
  readonly field: 'mobile' | 'email'
  readonly address: string
  readonly type: string
  readonly otherType: string
  readonly closed: string
  readonly minutes: number
}

const ways: readonly Way[] = [
  {
    path: 'login/mobile-verify-code',
    field: 'mobile',
    address: LI,
    type: 'LOGIN_SMS',
    otherType: 'REGISTER_SMS',
    closed: 'IDAAS.SDK.LOGIN.9011',
    minutes: 5,
  },
  {
    path: 'login/email-verify-code',
    field: 'email',
    address: MAIL,
    type: 'LOGIN_EMS',
    otherType: 'REGISTER_EMS',
    closed: 'IDAAS.SDK.LOGIN.9012',
    minutes: 10,
  },
]

function openClient(server: TestServer, { path, field, address, type }: Way) {
  const program = server.miniProgram()
  return {
    ...program,
    async code(of = type): Promise<string> {
      expect(await program.send(address, of)).toMatchObject({ outcome: 'OK' })
      return program.newestCode(address)
    },
    login: (verifyCode: unknown) =>
      program.call(path, { body: { [field]: address, verify_code: verifyCode } }),
  }
}

async function startOpen(t: TestContext): Promise<TestServer> {
  const server = await startServer(t)
  await savePolicy(server.deployment.db, registration, { open: true })
  return server
}

function kindsOf(server: TestServer) {
  const { db } = server.deployment
  return db.selectFrom('audit_event').select(['kind', 'because', 'user_id']).orderBy('at').execute()
}

describe.for(ways)('$path', (way) => {
  const asUser = { [way.field]: way.address }

  test('lets the user of the address in, with a reply of the documented form', async (t) => {
    const server = await startServer(t)
    const user = await server.addUser(asUser)
    const client = openClient(server, way)

    const reply = await client.login(await client.code())

    expect(reply).toMatchObject({ httpStatus: 200, outcome: 'SUCCESS', body: { expire: 432_000 } })
    expect(Object.keys(reply.body)).toEqual(['session_token', 'expire', 'status', 'id_token'])
    const session = await server.deployment.db.selectFrom('session').selectAll().executeTakeFirstOrThrow()
    expect(session).toMatchObject({ user_id: user.id, identity_id: null })
    expect(await kindsOf(server)).toMatchObject([
      { kind: 'code_requested', because: way.type },
      { kind: 'session_opened', user_id: user.id },
    ])
  })

  test('takes a code once', async (t) => {
    const server = await startServer(t)
    await server.addUser(asUser)
    const client = openClient(server, way)
    const code = await client.code()
    expect(await client.login(code)).toMatchObject({ outcome: 'SUCCESS' })

    expect(await client.login(code)).toMatchObject({ outcome: CODE_INCORRECT })
    expect(await server.count('session')).toBe(1)
  })

  test('of sixteen logins with one code at once, one opens a session', async (t) => {
    const server = await startServer(t)
    await server.addUser(asUser)
    const client = openClient(server, way)
    const code = await client.code()

    const replies = await Promise.all(Array.from({ length: 16 }, () => client.login(code)))

    expect(replies.filter(({ outcome }) => outcome === 'SUCCESS')).toHaveLength(1)
    expect(new Set(replies.map(({ outcome }) => outcome))).toEqual(new Set(['SUCCESS', CODE_INCORRECT]))
    expect(await server.count('session')).toBe(1)
  })

  test('takes no code that was sent for something else, and no code of another application', async (t) => {
    const server = await startServer(t)
    await server.addUser(asUser)
    const client = openClient(server, way)
    expect(await client.login(await client.code(way.otherType))).toMatchObject({ outcome: CODE_INCORRECT })

    server.clock.advance(61_000)
    const code = await client.code()
    const other = server.miniProgram({ clientId: 'demoBindOrRegister00000000000001' })
    const there = await other.call(way.path, { body: { [way.field]: way.address, verify_code: code } })

    expect(there).toMatchObject({ outcome: CODE_INCORRECT })
    expect(await client.login(code)).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('takes a code until its time is over', async (t) => {
    const server = await startServer(t)
    await server.addUser(asUser)
    const client = openClient(server, way)
    const early = await client.code()
    server.clock.advance(way.minutes * 60_000 - 1)
    expect(await client.login(early)).toMatchObject({ outcome: 'SUCCESS' })

    const late = await client.code()
    server.clock.advance(way.minutes * 60_000)
    expect(await client.login(late)).toMatchObject({ outcome: CODE_INCORRECT })
  })

  test('refuses the sixth guess, even when it is right', async (t) => {
    const server = await startServer(t)
    await server.addUser(asUser)
    const client = openClient(server, way)
    const code = await client.code()
    const wrong = code === '000000' ? '000001' : '000000'
    for (let guess = 1; guess <= 5; guess++) {
      expect(await client.login(wrong)).toMatchObject({ outcome: CODE_INCORRECT })
    }

    expect(await client.login(code)).toMatchObject({ outcome: CODE_INCORRECT })
    expect((await kindsOf(server)).filter(({ kind }) => kind === 'code_refused')).toHaveLength(6)
  })

  test('tells a disabled user only that he may not come in', async (t) => {
    const server = await startServer(t)
    const user = await server.addUser(asUser)
    await server.deployment.db.transaction().execute((tx) => setUserDisabled(tx, user.id, 1))
    const client = openClient(server, way)

    const reply = await client.login(await client.code())

    expect(reply).toMatchObject({ httpStatus: 200, text: '{"status":"ACCESS_DENIED"}' })
    expect(await server.count('session')).toBe(0)
  })

  test('finds nobody by an address that is not verified', async (t) => {
    const server = await startServer(t)
    await server.addUser({ ...asUser, isVerified: false })
    const client = openClient(server, way)

    expect(await client.login(await client.code())).toMatchObject({ outcome: way.closed })
  })

  test('says that nobody has the address only to who has proved it, while registration is closed', async (t) => {
    const server = await startServer(t)
    const client = openClient(server, way)
    const code = await client.code()

    const wrong = await client.login(code === '000000' ? '000001' : '000000')
    const right = await client.login(code)

    expect(wrong).toMatchObject({ httpStatus: 400, outcome: CODE_INCORRECT })
    expect(right).toMatchObject({ httpStatus: 400, outcome: way.closed })
    expect(await client.login(code)).toMatchObject({ outcome: CODE_INCORRECT })
    expect((await kindsOf(server)).map(({ kind }) => kind)).toContain('sign_in_refused')
    expect(await server.count('user')).toBe(1)
  })

  test('makes a user of who has proved the address where registration is open, the same one next time', async (t) => {
    const server = await startOpen(t)
    const client = openClient(server, way)

    expect(await client.login(await client.code())).toMatchObject({ outcome: 'SUCCESS' })
    server.clock.advance(61_000)
    expect(await client.login(await client.code())).toMatchObject({ outcome: 'SUCCESS' })

    const sessions = await server.deployment.db.selectFrom('session').select('user_id').execute()
    expect(new Set(sessions.map((session) => session.user_id)).size).toBe(1)
    expect((await kindsOf(server)).filter(({ kind }) => kind === 'user_registered')).toHaveLength(1)
  })

  test('does not take what is no code', async (t) => {
    const server = await startServer(t)
    await server.addUser(asUser)
    const client = openClient(server, way)
    await client.code()

    for (const odd of ['', '12345', '1234567', 'abcdef', '１２３４５６']) {
      expect(await client.login(odd)).toMatchObject({ httpStatus: 400 })
    }
    for (const odd of [123_456, null, true, ['123456'], { code: '123456' }]) {
      expect(await client.login(odd)).toMatchObject({ httpStatus: 400 })
    }
    expect(await server.count('session')).toBe(0)
  })
})

test('what is no mobile number and no email is said to be none', async (t) => {
  const program = (await startServer(t)).miniProgram()
  const verify = { verify_code: '123456' }

  expect(
    await program.call('login/mobile-verify-code', { body: { mobile: '138', ...verify } }),
  ).toMatchObject({ outcome: 'IDAAS.SDK.USER.9001' })
  expect(
    await program.call('login/email-verify-code', { body: { email: 'li at example', ...verify } }),
  ).toMatchObject({ outcome: 'IDAAS.SDK.USER.9002' })
})

test('the email may be called emial, as an example of the documented API has it', async (t) => {
  const server = await startServer(t)
  await server.addUser({ email: MAIL })
  const program = server.miniProgram()
  await program.send(MAIL, 'LOGIN_EMS')
  const code = await program.newestCode(MAIL)
  const login = (body: object) => program.call('login/email-verify-code', { body })

  expect(await login({ verify_code: code })).toMatchObject({ outcome: FIELD_MISSING })
  expect(await login({ email: 'other@example.com', emial: MAIL, verify_code: code })).toMatchObject({
    httpStatus: 400,
  })
  expect(await login({ emial: MAIL, verify_code: code })).toMatchObject({ outcome: 'SUCCESS' })
})
