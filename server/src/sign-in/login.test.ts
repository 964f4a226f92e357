import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { fixedGateways } from '../messages/index.ts'
import { setUserDisabled } from '../users/index.ts'
import { BIND_CLIENT_ID, REGISTER_CLIENT_ID, startServer, type TestServer } from '../testing/server.ts'

const ZHANGSAN = '11012345678'
const CODE = '232326'

async function bindToZhangsan(server: TestServer, person: string): Promise<void> {
  const signIn = await server.miniProgram().openSignIn(person)
  await signIn.send(ZHANGSAN)
  const reply = await signIn.bind(ZHANGSAN, CODE)
  if (reply.outcome !== 'SUCCESS') throw new Error(reply.text)
}

describe('what follows when nobody is bound', () => {
  test('bind: a pending reply in the documented form, with what can come next', async (t) => {
    const server = await startServer(t)

    const reply = await server.miniProgram().login('alice')

    expect(reply.httpStatus).toBe(200)
    expect(Object.keys(reply.body)).toEqual(['state_token', 'data', 'status', 'next'])
    expect(reply.body).toMatchObject({
      status: 'SOCIAL_BIND',
      data: '{"socialBindOrRegisterFlow":["VERIFY_PHONE","VERIFY_EMAIL"]}',
      next: {
        expires_in: 600,
        steps: [
          { step: 'WECHAT_PHONE', path: '/api/v2/sdk/social/wechat-mobile-bind' },
          {
            step: 'VERIFY_PHONE',
            path: '/api/v2/sdk/social/bind',
            send: { path: '/api/v2/sdk/sms/send', type: 'BIND_MOBILE_SMS', in_seconds: 0 },
          },
          {
            step: 'VERIFY_EMAIL',
            path: '/api/v2/sdk/social/bind',
            send: { path: '/api/v2/sdk/email/send', type: 'BIND_EMAIL_EMS', in_seconds: 0 },
          },
        ],
      },
    })
  })

  test('bind: the state token begins as documented and tells nothing of the person', async (t) => {
    const server = await startServer(t)
    const { stateToken } = await server.miniProgram().openSignIn('alice')

    expect(stateToken).toMatch(/^eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9\.eyJzdWJqZWN0Ijoie1/)
    const payload: unknown = JSON.parse(Buffer.from(stateToken.split('.')[1] ?? '', 'base64url').toString())
    const { subject, ...rest } = z.looseObject({ subject: z.string() }).parse(payload)
    expect(JSON.parse(subject)).toEqual({ id: expect.stringMatching(/^[\w-]{22}$/) })
    expect(rest).toEqual({
      jti: expect.stringMatching(/^[\w-]{22}$/),
      aud: BIND_CLIENT_ID,
      iat: 1767600000,
      exp: 1767600600,
    })
  })

  test('bind or register: both ways on, registering first', async (t) => {
    const server = await startServer(t)

    const reply = await server.miniProgram({ clientId: REGISTER_CLIENT_ID }).login('alice')

    const { next } = z
      .object({ next: z.object({ steps: z.array(z.looseObject({ path: z.string() })) }) })
      .parse(reply.body)
    expect(reply.outcome).toBe('USER_REGISTER')
    expect(next.steps.map((step) => step.path)).toEqual([
      '/api/v2/sdk/social/wechat-mobile-register-bind',
      '/api/v2/sdk/social/register-bind',
      '/api/v2/sdk/social/register-bind',
      '/api/v2/sdk/social/wechat-mobile-bind',
      '/api/v2/sdk/social/bind',
      '/api/v2/sdk/social/bind',
    ])
  })

  test('create: a user comes to be at once, the same one the next time', async (t) => {
    const server = await startServer(t, { connection: { whenUnbound: 'create' } })
    const program = server.miniProgram()

    expect(await program.login('alice')).toMatchObject({ outcome: 'SUCCESS' })
    expect(await program.login('alice')).toMatchObject({ outcome: 'SUCCESS' })
    expect(await server.count('user')).toBe(2)
    const user = await server.deployment.db
      .selectFrom('user')
      .select('user_name')
      .where('user_name', '!=', 'zhangsan')
      .executeTakeFirstOrThrow()
    expect(user.user_name).toMatch(/^u_[a-z2-7]{12}$/)
  })

  test('fail: a refusal, and nothing is kept but the trace of it', async (t) => {
    const server = await startServer(t, { connection: { whenUnbound: 'fail' } })

    expect(await server.miniProgram().login('alice')).toMatchObject({
      httpStatus: 400,
      text: '{"error_code":"IDAAS.SDK.LOGIN.1002","error_msg":"User not bound"}',
    })
    expect(await server.count('sign_in')).toBe(0)
    const [event] = await server.deployment.db.selectFrom('audit_event').select(['kind', 'because']).execute()
    expect(event).toEqual({
      kind: 'sign_in_refused',
      because: 'bound to nobody, and the connection is set to fail',
    })
  })

  test('an application without the source is told so', async (t) => {
    const server = await startServer(t)
    await server.deployment.db.deleteFrom('connection_application').execute()

    expect(await server.miniProgram().login('alice')).toMatchObject({ outcome: 'IDAAS.SDK.LOGIN.9008' })
  })

  test('only the proofs that a gateway or a phone button is there for are offered', async (t) => {
    const server = await startServer(t, {
      server: { gateways: fixedGateways([]) },
      connection: { hasPhoneButton: false },
    })

    const reply = await server.miniProgram().login('alice')
    expect(reply.body).toMatchObject({ data: '{"socialBindOrRegisterFlow":[]}', next: { steps: [] } })
  })
})

describe('the sign-in as it stands', () => {
  test('tells when the next code may be asked for, and how many guesses are left', async (t) => {
    const server = await startServer(t)
    const signIn = await server.miniProgram().openSignIn('alice')
    await signIn.send('13800138000')
    await signIn.bind('13800138000', 'wrong!')
    await signIn.bind('13800138000', '000000')
    server.clock.advance(20_000)

    const reply = await signIn.look()

    expect(reply.body).toMatchObject({
      state_token: signIn.stateToken,
      status: 'SOCIAL_BIND',
      next: {
        expires_in: 580,
        steps: [
          { step: 'WECHAT_PHONE' },
          { step: 'VERIFY_PHONE', send: { in_seconds: 40 }, attempts_left: 4 },
          { step: 'VERIFY_EMAIL' },
        ],
      },
    })
  })
})

describe('a known person', () => {
  test('of a disabled user is denied', async (t) => {
    const server = await startServer(t)
    await bindToZhangsan(server, 'alice')
    const { id } = await server.deployment.db.selectFrom('user').select('id').executeTakeFirstOrThrow()
    await server.deployment.db.transaction().execute((tx) => setUserDisabled(tx, id, 1))

    expect(await server.miniProgram().login('alice')).toMatchObject({ text: '{"status":"ACCESS_DENIED"}' })
  })

  test('is unknown to a connection that he never came by', async (t) => {
    const server = await startServer(t)
    await bindToZhangsan(server, 'alice')

    const elsewhere = server.miniProgram({ clientId: REGISTER_CLIENT_ID })
    expect(await elsewhere.login('alice')).toMatchObject({ outcome: 'USER_REGISTER' })
  })
})
