import { describe, expect, test } from 'vitest'
import { REGISTER_CLIENT_ID, startServer } from '../testing/server.ts'

const ZHANGSAN = '11012345678'
const ZHANGSAN_CODE = '232326'
const MINUTE = 60_000
const STATE_TOKEN_REFUSED = 'IDAAS.SDK.COMMON.1007'

describe('the state token', () => {
  test('works once', async (t) => {
    const server = await startServer(t)
    const signIn = await server.miniProgram().openSignIn('alice')
    await signIn.send(ZHANGSAN)
    await signIn.bind(ZHANGSAN, ZHANGSAN_CODE)

    expect(await signIn.bind(ZHANGSAN, ZHANGSAN_CODE)).toMatchObject({ outcome: STATE_TOKEN_REFUSED })
    expect(await signIn.look()).toMatchObject({ outcome: STATE_TOKEN_REFUSED })
  })

  test('is good for ten minutes and not a moment longer', async (t) => {
    const server = await startServer(t)
    const signIn = await server.miniProgram().openSignIn('alice')

    server.clock.advance(10 * MINUTE - 1)
    expect(await signIn.look()).toMatchObject({ outcome: 'SOCIAL_BIND' })
    server.clock.advance(1)
    expect(await signIn.look()).toMatchObject({ outcome: STATE_TOKEN_REFUSED })
  })

  test('of another application is refused', async (t) => {
    const server = await startServer(t)
    const signIn = await server.miniProgram().openSignIn('alice')
    const elsewhere = server.miniProgram({ clientId: REGISTER_CLIENT_ID })

    const reply = await elsewhere.call('social/bind', {
      headers: { 'X-state-token': signIn.stateToken },
      body: { mobile: ZHANGSAN, verify_code: ZHANGSAN_CODE },
    })
    expect(reply.outcome).toBe(STATE_TOKEN_REFUSED)
  })

  test('dies when the connection is switched off', async (t) => {
    const server = await startServer(t)
    const signIn = await server.miniProgram().openSignIn('alice')
    await signIn.send(ZHANGSAN)
    await server.deployment.db.updateTable('connection').set({ disabled_at: 1 }).execute()

    expect(await signIn.bind(ZHANGSAN, ZHANGSAN_CODE)).toMatchObject({ outcome: STATE_TOKEN_REFUSED })
  })

  test('dies when its identity is bound by another sign-in; the code stays good, and a fresh login succeeds', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const [first, second] = [await program.openSignIn('alice'), await program.openSignIn('alice')]
    await first.send(ZHANGSAN)
    await second.send('zhangsan@qq.com', { scoped: false })
    await first.bind(ZHANGSAN, ZHANGSAN_CODE)

    expect(await second.look()).toMatchObject({ outcome: STATE_TOKEN_REFUSED })
    expect(await second.bind('zhangsan@qq.com', '123456')).toMatchObject({ outcome: STATE_TOKEN_REFUSED })

    expect(await program.login('alice')).toMatchObject({ outcome: 'SUCCESS' })
    const bob = await program.openSignIn('bob')
    expect(await bob.bind('zhangsan@qq.com', '123456')).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('is missing: the same refusal, in the caller’s language', async (t) => {
    const server = await startServer(t)
    const body = { mobile: ZHANGSAN, verify_code: ZHANGSAN_CODE }

    const english = await server.miniProgram().call('social/bind', { body })
    expect(english.text).toBe(
      `{"error_code":"${STATE_TOKEN_REFUSED}","error_msg":"state_token parameter error"}`,
    )
    const chinese = await server.miniProgram({ language: 'zh' }).call('social/bind', { body })
    expect(chinese.text).toBe(`{"error_code":"${STATE_TOKEN_REFUSED}","error_msg":"state_token参数错误"}`)
  })
})
