import { describe, expect, test } from 'vitest'
import { REGISTER_CLIENT_ID, startServer } from '../testing/server.ts'
import { setUserDisabled } from '../users/index.ts'

const ZHANGSAN = '11012345678'
const ZHANGSAN_CODE = '232326'
const LI = '13800138000'
const STATE_TOKEN_REFUSED = 'IDAAS.SDK.COMMON.1007'
const CODE_INCORRECT = 'IDAAS.SDK.CAPTCHA.0007'
const NO_SUCH_USER = 'IDAAS.SDK.LOGIN.9005'
const SECOND_IDENTITY = 'IDAAS.SDK.LOGIN.9006'

describe('the user', () => {
  test('a right code for an address that nobody has is spent, and the sign-in goes on with another', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const signIn = await program.openSignIn('alice')
    await signIn.send(LI)
    const code = await program.newestCode(LI)

    expect(await signIn.bind(LI, code)).toMatchObject({ httpStatus: 400, outcome: NO_SUCH_USER })
    expect(await signIn.bind(LI, code)).toMatchObject({ outcome: CODE_INCORRECT })

    await signIn.send(ZHANGSAN)
    expect(await signIn.bind(ZHANGSAN, ZHANGSAN_CODE)).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('an address that its user has not verified finds nobody', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    await server.addUser({ userName: 'squatter', mobile: LI, isVerified: false })
    const signIn = await program.openSignIn('alice')
    await signIn.send(LI)

    expect(await signIn.bind(LI, await program.newestCode(LI))).toMatchObject({ outcome: NO_SUCH_USER })
  })

  test('a squatter of an unverified address gets nothing when its owner registers', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram({ clientId: REGISTER_CLIENT_ID })
    const squatter = await server.addUser({ userName: 'squatter', mobile: LI, isVerified: false })
    const signIn = await program.openSignIn('alice')
    await signIn.send(LI, { register: true })

    expect(await signIn.registerBind(LI, await program.newestCode(LI))).toMatchObject({ outcome: 'SUCCESS' })
    const { user_id: userId } = await server.deployment.db
      .selectFrom('identity')
      .select('user_id')
      .executeTakeFirstOrThrow()
    expect(userId).not.toBe(squatter.id)
  })

  test('a disabled user is denied, the code is spent and nothing is bound', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const user = await server.addUser({ mobile: LI })
    await server.deployment.db.transaction().execute((tx) => setUserDisabled(tx, user.id, 1))
    const signIn = await program.openSignIn('alice')
    await signIn.send(LI)
    const code = await program.newestCode(LI)

    const reply = await signIn.bind(LI, code)

    expect(reply).toMatchObject({ httpStatus: 200, text: '{"status":"ACCESS_DENIED"}' })
    expect(await server.count('identity')).toBe(0)
    expect(await server.count('session')).toBe(0)
    expect(await signIn.bind(LI, code)).toMatchObject({ outcome: CODE_INCORRECT })
    expect(await signIn.look()).toMatchObject({ outcome: 'SOCIAL_BIND' })
  })

  test('a user with an identity of the connection keeps to that one where a second is refused', async (t) => {
    const server = await startServer(t, { connection: { secondIdentity: 'refuse' } })
    const program = server.miniProgram()
    const first = await program.openSignIn('alice')
    await first.send(ZHANGSAN)
    expect(await first.bind(ZHANGSAN, ZHANGSAN_CODE)).toMatchObject({ outcome: 'SUCCESS' })

    const second = await program.openSignIn('bob')
    await second.send(ZHANGSAN)
    expect(await second.bind(ZHANGSAN, ZHANGSAN_CODE)).toMatchObject({ outcome: SECOND_IDENTITY })
    expect(await second.bind(ZHANGSAN, ZHANGSAN_CODE)).toMatchObject({ outcome: CODE_INCORRECT })
    expect(await second.look()).toMatchObject({ outcome: 'SOCIAL_BIND' })
    expect(await server.count('identity')).toBe(1)
  })

  test('a second identity is bound where it is allowed, and both sign in as the one user', async (t) => {
    const server = await startServer(t, { connection: { secondIdentity: 'allow' } })
    const program = server.miniProgram()
    for (const person of ['alice', 'bob']) {
      const signIn = await program.openSignIn(person)
      await signIn.send(ZHANGSAN)
      expect(await signIn.bind(ZHANGSAN, ZHANGSAN_CODE)).toMatchObject({ outcome: 'SUCCESS' })
    }
    expect(await server.count('identity')).toBe(2)
    expect(await server.count('user')).toBe(1)
  })
})

describe('registering', () => {
  test('a person whose address nobody has becomes a user', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram({ clientId: REGISTER_CLIENT_ID })
    const signIn = await program.openSignIn('alice')
    expect(signIn.status).toBe('USER_REGISTER')
    await signIn.send('wang@example.com', { register: true })

    const reply = await signIn.registerBind('wang@example.com', await program.newestCode('wang@example.com'))

    expect(reply.outcome).toBe('SUCCESS')
    expect(await server.count('user')).toBe(2)
  })

  test('a person whose address is a user’s is bound to that user', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram({ clientId: REGISTER_CLIENT_ID })
    const signIn = await program.openSignIn('alice')
    await signIn.send(ZHANGSAN, { register: true })

    expect(await signIn.registerBind(ZHANGSAN, ZHANGSAN_CODE)).toMatchObject({ outcome: 'SUCCESS' })
    expect(await server.count('user')).toBe(1)
  })

  test('somebody who may register may say that he has an account', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram({ clientId: REGISTER_CLIENT_ID })
    const signIn = await program.openSignIn('alice')
    await signIn.send(ZHANGSAN)

    expect(await signIn.bind(ZHANGSAN, ZHANGSAN_CODE)).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('the state token of a source that only binds registers nobody', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const signIn = await program.openSignIn('alice')
    await signIn.send(LI, { register: true, scoped: false })
    const code = await program.newestCode(LI)

    expect(await signIn.registerBind(LI, code)).toMatchObject({ outcome: STATE_TOKEN_REFUSED })
    expect(await server.count('user')).toBe(1)
  })
})
