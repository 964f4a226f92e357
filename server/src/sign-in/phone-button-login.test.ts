import { describe, expect, test, type TestContext } from 'vitest'
import { savePolicy } from '../platform/policy/index.ts'
import { demoConnections, startServer, type TestServer } from '../testing/server.ts'
import { setUserDisabled } from '../users/index.ts'
import { registration } from './registration.ts'

const LI = '13800138000'
const APP_ID = demoConnections[0]?.appId ?? ''
const NOT_SWITCHED_ON = 'IDAAS.SDK.LOGIN.9008'
const PHONE_CODE_REFUSED = 'IDAAS.SDK.LOGIN.9009'
const REGISTRATION_CLOSED = 'IDAAS.SDK.LOGIN.9011'
const MOBILE_MALFORMED = 'IDAAS.SDK.USER.9001'
const FIVE_MINUTES = 5 * 60 * 1_000

const button = (phone: string): string => `mock:li?phone=${phone}`

async function startOpen(t: TestContext): Promise<TestServer> {
  const server = await startServer(t)
  await savePolicy(server.deployment.db, registration, { open: true })
  return server
}

function events(server: TestServer) {
  return server.deployment.db.selectFrom('audit_event').selectAll().orderBy('at').execute()
}

describe('the user of the number', () => {
  test('comes in, with a session of the documented form', async (t) => {
    const server = await startServer(t)
    const user = await server.addUser({ mobile: LI })

    const reply = await server.miniProgram().loginByPhone(button(LI))

    expect(reply).toMatchObject({ httpStatus: 200, outcome: 'SUCCESS' })
    expect(Object.keys(reply.body)).toEqual(['session_token', 'expire', 'status', 'id_token'])
    const session = await server.deployment.db.selectFrom('session').selectAll().executeTakeFirstOrThrow()
    expect(session.user_id).toBe(user.id)
    expect(await server.count('identity')).toBe(0)
    const [opened] = await events(server)
    expect(opened).toMatchObject({ kind: 'session_opened', sign_in_id: session.sign_in_id })
  })

  test('is found by a number of another country as well', async (t) => {
    const server = await startServer(t)
    await server.addUser({ mobile: '+852-51234567' })

    expect(await server.miniProgram().loginByPhone(button('852-51234567'))).toMatchObject({
      outcome: 'SUCCESS',
    })
    expect(await server.miniProgram().loginByPhone(button('853-51234567'))).not.toMatchObject({
      outcome: 'SUCCESS',
    })
  })

  test('may not come in when he is disabled, and that is recorded', async (t) => {
    const server = await startServer(t)
    const user = await server.addUser({ mobile: LI })
    await server.deployment.db.transaction().execute((tx) => setUserDisabled(tx, user.id, 1))

    const reply = await server.miniProgram().loginByPhone(button(LI))

    expect(reply).toMatchObject({ httpStatus: 200, text: '{"status":"ACCESS_DENIED"}' })
    expect(await events(server)).toMatchObject([{ kind: 'access_denied', user_id: user.id }])
    expect(await server.count('session')).toBe(0)
  })
})

describe('a number that nobody has', () => {
  test('is refused while registration is not open, and leaves a trace that can be explained', async (t) => {
    const server = await startServer(t)

    const reply = await server.miniProgram({ language: 'zh' }).loginByPhone(button(LI))

    expect(reply).toMatchObject({
      httpStatus: 400,
      body: { error_code: REGISTRATION_CLOSED, error_msg: '该手机号不存在且不支持注册' },
    })
    expect(await server.count('user')).toBe(1)
    expect(await events(server)).toMatchObject([
      {
        kind: 'sign_in_refused',
        sign_in_id: expect.stringMatching(/^[\w-]{22}$/),
        address_masked: '+86-138****8000',
        because: 'nobody verified it, and registration is not open',
      },
    ])
  })

  test('becomes a user’s where registration is open, the same one the next time', async (t) => {
    const server = await startOpen(t)
    const program = server.miniProgram()

    expect(await program.loginByPhone(button(LI))).toMatchObject({ outcome: 'SUCCESS' })
    expect(await program.loginByPhone(button(LI))).toMatchObject({ outcome: 'SUCCESS' })

    expect(await server.count('user')).toBe(2)
    expect((await events(server)).map(({ kind }) => kind)).toContain('user_registered')
  })

  test('is not that of somebody who only claimed it', async (t) => {
    const server = await startOpen(t)
    const squatter = await server.addUser({ userName: 'squatter', mobile: LI, isVerified: false })

    expect(await server.miniProgram().loginByPhone(button(LI))).toMatchObject({ outcome: 'SUCCESS' })

    const { user_id: userId } = await server.deployment.db
      .selectFrom('session')
      .select('user_id')
      .executeTakeFirstOrThrow()
    expect(userId).not.toBe(squatter.id)
  })

  test('becomes one user’s, however many come with it at once', async (t) => {
    const server = await startOpen(t)
    const program = server.miniProgram()
    await program.loginByPhone(button('13900139000'))
    for (let round = 1; round <= 5; round++) {
      const mobile = `1370000000${round}`

      const replies = await Promise.all(Array.from({ length: 8 }, () => program.loginByPhone(button(mobile))))

      expect(new Set(replies.map(({ outcome }) => outcome))).toEqual(new Set(['SUCCESS']))
      // Zhangsan, the first one, and one of each round.
      expect(await server.count('user')).toBe(2 + round)
    }
  })

  test('cannot be registered when it is none of a mobile', async (t) => {
    const server = await startOpen(t)

    for (const number of ['01012345678', '852-12345678', '8-613800138000']) {
      expect(await server.miniProgram().loginByPhone(button(number))).toMatchObject({
        httpStatus: 400,
        outcome: MOBILE_MALFORMED,
      })
    }
    expect(await server.count('user')).toBe(1)
  })
})

describe('the code of the button', () => {
  test('is good once', async (t) => {
    const server = await startServer(t)
    await server.addUser({ mobile: LI })
    const program = server.miniProgram()
    const code = server.weChat.issuePhoneCode('li', LI)

    const replies = await Promise.all([1, 2, 3].map(() => program.loginByPhone(code)))

    const outcomes = replies.map(({ outcome }) => outcome).toSorted()
    expect(outcomes).toEqual([PHONE_CODE_REFUSED, PHONE_CODE_REFUSED, 'SUCCESS'])
    expect(await server.count('session')).toBe(1)
  })

  test('is good for five minutes and not a millisecond longer', async (t) => {
    const server = await startServer(t)
    await server.addUser({ mobile: LI })
    const program = server.miniProgram()
    const [early, late] = [server.weChat.issuePhoneCode('li', LI), server.weChat.issuePhoneCode('li', LI)]

    server.clock.advance(FIVE_MINUTES - 1)
    expect(await program.loginByPhone(early)).toMatchObject({ outcome: 'SUCCESS' })
    server.clock.advance(1)
    expect(await program.loginByPhone(late)).toMatchObject({ outcome: PHONE_CODE_REFUSED })
  })

  test('is not that of wx.login, nor the other way round', async (t) => {
    const server = await startServer(t)
    await server.addUser({ mobile: LI })
    const program = server.miniProgram()

    expect(await program.loginByPhone(server.weChat.issueLoginCode('li'))).toMatchObject({
      outcome: PHONE_CODE_REFUSED,
    })
    const phoneCode = server.weChat.issuePhoneCode('li', LI)
    const asLogin = await program.call('login/wechat-miniprogram', { body: { code: phoneCode } })
    expect(asLogin).toMatchObject({ outcome: 'IDAAS.SDK.LOGIN.9001' })
    expect(await program.loginByPhone(phoneCode)).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('that WeChat refuses leaves nothing behind', async (t) => {
    const server = await startServer(t)

    expect(await server.miniProgram().loginByPhone('f'.repeat(64))).toMatchObject({
      httpStatus: 400,
      outcome: PHONE_CODE_REFUSED,
    })
    for (const table of ['audit_event', 'session', 'sign_in', 'identity'] as const) {
      expect(await server.count(table)).toBe(0)
    }
  })
})

describe('an application', () => {
  test('whose mini program has no phone button is told so, and WeChat is not asked', async (t) => {
    const server = await startServer(t, { connection: { hasPhoneButton: false } })

    expect(await server.miniProgram().loginByPhone(button(LI))).toMatchObject({ outcome: NOT_SWITCHED_ON })
    expect(server.weChat.tokensGiven(APP_ID)).toBe(0)
  })

  test('that has no mini program is told the same', async (t) => {
    const server = await startServer(t)
    await server.deployment.db.deleteFrom('connection_application').execute()

    expect(await server.miniProgram().loginByPhone(button(LI))).toMatchObject({ outcome: NOT_SWITCHED_ON })
  })
})
