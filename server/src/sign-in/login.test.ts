import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { fixedGateways } from '../messages/index.ts'
import { setUserDisabled } from '../users/index.ts'
import { saveConnection } from '../connections/index.ts'
import {
  BIND_CLIENT_ID,
  demoConnections,
  REGISTER_CLIENT_ID,
  startServer,
  type TestServer,
} from '../testing/server.ts'

const ZHANGSAN = '11012345678'
const CODE = '232326'

async function bindToZhangsan(server: TestServer, person: string, clientId = BIND_CLIENT_ID): Promise<void> {
  const signIn = await server.miniProgram({ clientId }).openSignIn(person)
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
    expect(rest).toEqual({ aud: BIND_CLIENT_ID, iat: 1767600000, exp: 1767600600 })
  })

  test('bind or register: both ways on, registering first', async (t) => {
    const server = await startServer(t)

    const reply = await server.miniProgram({ clientId: REGISTER_CLIENT_ID }).login('alice')

    const { next } = z
      .object({ next: z.object({ steps: z.array(z.looseObject({ path: z.string() })) }) })
      .parse(reply.body)
    expect(reply.outcome).toBe('USER_REGISTER')
    expect(next.steps.map((step) => step.path)).toEqual([
      '/api/v2/sdk/social/register-bind',
      '/api/v2/sdk/social/register-bind',
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

  test('only the proofs that a gateway is there for are offered', async (t) => {
    const server = await startServer(t, { server: { gateways: fixedGateways([]) } })

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

describe('two mini programs of one open-platform account', () => {
  const openPlatform = 'our open platform'

  async function startGroup(
    t: Parameters<typeof startServer>[0],
    secondIdentity: 'allow' | 'refuse' = 'allow',
  ) {
    const server = await startServer(t, { connection: { openPlatform } })
    const [, second] = demoConnections
    if (second === undefined) throw new Error('there is no second connection')
    await saveConnection(
      server.deployment.db,
      server.deployment.vault,
      { ...second, openPlatform, secondIdentity },
      server.clock.now(),
    )
    return {
      server,
      first: server.miniProgram(),
      second: server.miniProgram({ clientId: REGISTER_CLIENT_ID }),
    }
  }

  test('the person who is bound through one is known to the other', async (t) => {
    const { server, second } = await startGroup(t)
    await bindToZhangsan(server, 'alice')

    expect(await second.login('alice')).toMatchObject({ outcome: 'SUCCESS' })
    expect(await server.count('identity')).toBe(2)
    expect(await server.count('user')).toBe(1)
  })

  test('without a unionid he is not', async (t) => {
    const { server, second } = await startGroup(t)
    await bindToZhangsan(server, 'alice')

    expect(await second.login('mock:alice?unionid=0')).toMatchObject({ outcome: 'USER_REGISTER' })
  })

  test('a unionid that comes later is learnt', async (t) => {
    const { server, first, second } = await startGroup(t)
    await bindToZhangsan(server, 'mock:alice?unionid=0')
    expect(await second.login('alice')).toMatchObject({ outcome: 'USER_REGISTER' })

    expect(await first.login('alice')).toMatchObject({ outcome: 'SUCCESS' })
    expect(await second.login('alice')).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('adoption obeys the second-identity setting', async (t) => {
    const { server, second } = await startGroup(t, 'refuse')
    await bindToZhangsan(server, 'alice')
    await bindToZhangsan(server, 'mock:bob?unionid=0', REGISTER_CLIENT_ID)

    expect(await second.login('alice')).toMatchObject({ outcome: 'IDAAS.SDK.LOGIN.9006' })
  })

  test('openid and unionid that lead to two users are refused, never merged', async (t) => {
    const { server, second } = await startGroup(t)
    await bindToZhangsan(server, 'alice')
    await server.addUser({ mobile: '13800138000', fixedCode: CODE })
    const signIn = await second.openSignIn('mock:alice?unionid=0')
    await signIn.send('13800138000', { register: true })
    expect(await signIn.registerBind('13800138000', CODE)).toMatchObject({ outcome: 'SUCCESS' })

    expect(await second.login('alice')).toMatchObject({ httpStatus: 400, outcome: 'IDAAS.SDK.LOGIN.9007' })
    expect(await server.count('user')).toBe(2)
  })

  test('a sign-in that was open before the other was bound registers nobody', async (t) => {
    const { server, second } = await startGroup(t)
    const early = await second.openSignIn('alice')
    await early.send('13800138000', { register: true })
    await bindToZhangsan(server, 'alice')

    const code = await second.newestCode('13800138000')
    expect(await early.registerBind('13800138000', code)).toMatchObject({ outcome: 'IDAAS.SDK.LOGIN.9007' })
    expect(await server.count('user')).toBe(1)
  })

  test('a sign-in that was open before the other was bound cannot bind the person to a second user', async (t) => {
    const { server, second } = await startGroup(t)
    await server.addUser({ mobile: '13800138000', fixedCode: CODE })
    const early = await second.openSignIn('alice')
    await early.send('13800138000')
    await bindToZhangsan(server, 'alice')

    expect(await early.bind('13800138000', CODE)).toMatchObject({ outcome: 'IDAAS.SDK.LOGIN.9007' })
    expect(await server.count('identity')).toBe(1)
  })
})
