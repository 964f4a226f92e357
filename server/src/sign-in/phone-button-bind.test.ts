import { describe, expect, test, type TestContext } from 'vitest'
import { saveConnection } from '../connections/index.ts'
import {
  BIND_CLIENT_ID,
  demoConnections,
  REGISTER_CLIENT_ID,
  startServer,
  type TestServer,
} from '../testing/server.ts'
import { setUserDisabled } from '../users/index.ts'

const ZHANGSAN = '11012345678'
const LI = '13800138000'
const APP_ID = demoConnections[0]?.appId ?? ''
const STATE_TOKEN_REFUSED = 'IDAAS.SDK.COMMON.1007'
const NO_SUCH_USER = 'IDAAS.SDK.LOGIN.9005'
const SECOND_IDENTITY = 'IDAAS.SDK.LOGIN.9006'
const TWO_USERS = 'IDAAS.SDK.LOGIN.9007'
const NOT_SWITCHED_ON = 'IDAAS.SDK.LOGIN.9008'
const PHONE_CODE_REFUSED = 'IDAAS.SDK.LOGIN.9009'

const button = (phone: string): string => `mock:alice?phone=${phone}`

function eventsOf(server: TestServer, kind: string) {
  return server.deployment.db.selectFrom('audit_event').selectAll().where('kind', '=', kind).execute()
}

describe('after SOCIAL_BIND', () => {
  test('one tap binds the person to the user of his number, and he is known from then on', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const signIn = await program.openSignIn('alice')

    const reply = await signIn.phoneBind(server.weChat.issuePhoneCode('alice', ZHANGSAN))

    expect(reply).toMatchObject({ httpStatus: 200, outcome: 'SUCCESS' })
    expect(Object.keys(reply.body)).toEqual(['session_token', 'expire', 'status', 'id_token'])
    expect(await program.login('alice')).toMatchObject({ outcome: 'SUCCESS' })
    expect(await server.count('user')).toBe(1)
    const [bound] = await eventsOf(server, 'identity_bound')
    expect(bound).toMatchObject({
      address_masked: '+86-110****5678',
      because: 'the source vouches for the mobile',
    })
  })

  test('a number that nobody has verified is refused, and the sign-in goes on with another', async (t) => {
    const server = await startServer(t)
    await server.addUser({ userName: 'squatter', mobile: LI, isVerified: false })
    const signIn = await server.miniProgram().openSignIn('alice')

    expect(await signIn.phoneBind(button(LI))).toMatchObject({ httpStatus: 400, outcome: NO_SUCH_USER })
    expect(await eventsOf(server, 'bind_refused')).toMatchObject([
      { address_masked: '+86-138****8000', because: 'nobody verified it' },
    ])

    expect(await signIn.phoneBind(button(ZHANGSAN))).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('nobody is registered', async (t) => {
    const server = await startServer(t)
    const signIn = await server.miniProgram().openSignIn('alice')
    const code = server.weChat.issuePhoneCode('alice', ZHANGSAN)

    expect(await signIn.phoneRegisterBind(code)).toMatchObject({ outcome: STATE_TOKEN_REFUSED })
    // The code is as good as before.
    expect(await signIn.phoneBind(code)).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('a disabled user is denied, and nothing is bound', async (t) => {
    const server = await startServer(t)
    const user = await server.addUser({ mobile: LI })
    await server.deployment.db.transaction().execute((tx) => setUserDisabled(tx, user.id, 1))
    const signIn = await server.miniProgram().openSignIn('alice')

    expect(await signIn.phoneBind(button(LI))).toMatchObject({ text: '{"status":"ACCESS_DENIED"}' })
    expect(await server.count('identity')).toBe(0)
    expect(await signIn.look()).toMatchObject({ outcome: 'SOCIAL_BIND' })
  })

  test('a user keeps to his one identity where a second is refused', async (t) => {
    const server = await startServer(t, { connection: { secondIdentity: 'refuse' } })
    const program = server.miniProgram()
    const first = await program.openSignIn('alice')
    expect(await first.phoneBind(button(ZHANGSAN))).toMatchObject({ outcome: 'SUCCESS' })

    const second = await program.openSignIn('bob')

    expect(await second.phoneBind(button(ZHANGSAN))).toMatchObject({ outcome: SECOND_IDENTITY })
    expect(await second.look()).toMatchObject({ outcome: 'SOCIAL_BIND' })
    expect(await server.count('identity')).toBe(1)
  })

  test('a number and a unionid that lead to two users are refused', async (t) => {
    const server = await startServer(t, { connection: { openPlatform: 'ours' } })
    const [, other] = demoConnections
    if (other === undefined) throw new Error('there is no second connection')
    const { db, vault } = server.deployment
    await saveConnection(db, vault, { ...other, openPlatform: 'ours' }, server.clock.now())
    await server.addUser({ mobile: LI })
    const early = await server.miniProgram().openSignIn('alice')
    const elsewhere = await server.miniProgram({ clientId: REGISTER_CLIENT_ID }).openSignIn('alice')
    expect(await elsewhere.phoneBind(button(LI))).toMatchObject({ outcome: 'SUCCESS' })

    expect(await early.phoneBind(button(ZHANGSAN))).toMatchObject({ outcome: TWO_USERS })
    expect(await server.count('identity')).toBe(1)
  })
})

describe('after USER_REGISTER', () => {
  test('one tap registers a person whose number nobody has, though registration is not open otherwise', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram({ clientId: REGISTER_CLIENT_ID })
    const signIn = await program.openSignIn('alice')

    expect(await signIn.phoneRegisterBind(button(LI))).toMatchObject({ outcome: 'SUCCESS' })
    expect(await server.count('user')).toBe(2)
    expect(await program.login('alice')).toMatchObject({ outcome: 'SUCCESS' })
    expect(await program.loginByPhone(button(LI))).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('a person whose number is a user’s is bound to that user, by either call', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram({ clientId: REGISTER_CLIENT_ID })
    const alice = await program.openSignIn('alice')
    const bob = await program.openSignIn('bob')

    expect(await alice.phoneRegisterBind(button(ZHANGSAN))).toMatchObject({ outcome: 'SUCCESS' })
    expect(await bob.phoneBind(button(ZHANGSAN))).toMatchObject({ outcome: 'SUCCESS' })
    expect(await server.count('user')).toBe(1)
  })

  test('nobody is registered who says that he has an account', async (t) => {
    const server = await startServer(t)
    const signIn = await server.miniProgram({ clientId: REGISTER_CLIENT_ID }).openSignIn('alice')

    expect(await signIn.phoneBind(button(LI))).toMatchObject({ outcome: NO_SUCH_USER })
    expect(await server.count('user')).toBe(1)
  })

  test('a sign-in that was open before the person was bound elsewhere registers nobody', async (t) => {
    const server = await startServer(t, { connection: { openPlatform: 'ours' } })
    const [, other] = demoConnections
    if (other === undefined) throw new Error('there is no second connection')
    const { db, vault } = server.deployment
    await saveConnection(db, vault, { ...other, openPlatform: 'ours' }, server.clock.now())
    const early = await server.miniProgram({ clientId: REGISTER_CLIENT_ID }).openSignIn('alice')
    const elsewhere = await server.miniProgram().openSignIn('alice')
    expect(await elsewhere.phoneBind(button(ZHANGSAN))).toMatchObject({ outcome: 'SUCCESS' })

    expect(await early.phoneRegisterBind(button(LI))).toMatchObject({ outcome: TWO_USERS })
    expect(await server.count('user')).toBe(1)
  })
})

describe('the body', () => {
  async function bindWith(t: TestContext, body: Record<string, string>) {
    const server = await startServer(t)
    const { stateToken } = await server.miniProgram().openSignIn('alice')
    const headers = { 'X-state-token': stateToken }
    return server.miniProgram().call('social/wechat-mobile-bind', { headers, body })
  }

  test('may spell the code as the contract’s table does', async (t) => {
    expect(await bindWith(t, { wchat_code: button(ZHANGSAN) })).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('may give it twice, but not two of them', async (t) => {
    const code = button(ZHANGSAN)
    expect(await bindWith(t, { wchat_code: code, wechat_code: code })).toMatchObject({ outcome: 'SUCCESS' })
    expect(await bindWith(t, { wchat_code: button(LI), wechat_code: code })).toMatchObject({
      outcome: 'IDAAS.SDK.PARAM.9002',
    })
  })

  test('is refused without one, which is named', async (t) => {
    expect(await bindWith(t, {})).toMatchObject({
      body: {
        error_code: 'IDAAS.SDK.PARAM.9001',
        error_msg: 'Parameter wechat_code cannot be left blank',
      },
    })
  })
})

describe('without a good state token', () => {
  test('WeChat is not asked, and the code stays as good as it was', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const signIn = await program.openSignIn('alice')
    const other = await server.miniProgram({ clientId: REGISTER_CLIENT_ID }).openSignIn('alice')
    const code = server.weChat.issuePhoneCode('alice', ZHANGSAN)

    for (const stateToken of ['x', signIn.stateToken.slice(0, -2), other.stateToken]) {
      const call = { headers: { 'X-state-token': stateToken }, body: { wechat_code: code } }
      expect(await program.call('social/wechat-mobile-bind', call)).toMatchObject({
        httpStatus: 400,
        outcome: STATE_TOKEN_REFUSED,
      })
    }
    expect(await program.call('social/wechat-mobile-bind', { body: { wechat_code: code } })).toMatchObject({
      outcome: STATE_TOKEN_REFUSED,
    })
    expect(server.weChat.tokensGiven(APP_ID)).toBe(0)

    expect(await signIn.phoneBind(code)).toMatchObject({ outcome: 'SUCCESS' })
    expect(await signIn.phoneBind(server.weChat.issuePhoneCode('alice', ZHANGSAN))).toMatchObject({
      outcome: STATE_TOKEN_REFUSED,
    })
  })

  test('that has expired, nothing is bound', async (t) => {
    const server = await startServer(t)
    const signIn = await server.miniProgram().openSignIn('alice')
    server.clock.advance(10 * 60 * 1_000)

    expect(await signIn.phoneBind(button(ZHANGSAN))).toMatchObject({ outcome: STATE_TOKEN_REFUSED })
    expect(server.weChat.tokensGiven(APP_ID)).toBe(0)
  })
})

describe('the connection', () => {
  test('without a phone button offers none, and takes no code', async (t) => {
    const server = await startServer(t, { connection: { hasPhoneButton: false } })
    const signIn = await server.miniProgram().openSignIn('alice')

    expect(await signIn.phoneBind(button(ZHANGSAN))).toMatchObject({ outcome: NOT_SWITCHED_ON })
    expect((await signIn.look()).text).not.toContain('WECHAT_PHONE')
    expect(server.weChat.tokensGiven(APP_ID)).toBe(0)
  })

  test('is the one that the sign-in came by, not another that the application has now', async (t) => {
    const server = await startServer(t)
    const signIn = await server.miniProgram().openSignIn('alice')
    const [, other] = demoConnections
    if (other === undefined) throw new Error('there is no second connection')
    const { db, vault } = server.deployment
    await saveConnection(db, vault, { ...other, clientIds: [BIND_CLIENT_ID] }, server.clock.now())

    expect(await signIn.phoneBind(button(ZHANGSAN))).toMatchObject({ outcome: STATE_TOKEN_REFUSED })
    expect(server.weChat.tokensGiven(other.appId)).toBe(0)
  })

  test('is asked for its number only; what WeChat refuses is part of the story', async (t) => {
    const server = await startServer(t)
    const signIn = await server.miniProgram().openSignIn('alice')

    expect(await signIn.phoneBind('mock:error:40029')).toMatchObject({ outcome: PHONE_CODE_REFUSED })

    expect(await eventsOf(server, 'phone_refused')).toMatchObject([
      { because: 'errcode 40029: invalid, expired or used code, or one of wx.login', address_index: null },
    ])
    expect(await signIn.look()).toMatchObject({ outcome: 'SOCIAL_BIND' })
  })
})
