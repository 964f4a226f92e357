import { describe, expect, test } from 'vitest'
import { REGISTER_CLIENT_ID, startServer, type TestServer } from '../testing/server.ts'

const ZHANGSAN = '11012345678'
const ZHANGSAN_CODE = '232326'
const LI = '13800138000'
const MINUTE = 60_000
const CODE_INCORRECT = 'IDAAS.SDK.CAPTCHA.0007'

/** A pending sign-in for which a code went to Li, who is a user. */
async function awaitingLisCode(server: TestServer, person = 'alice') {
  const program = server.miniProgram()
  await server.addUser({ mobile: LI })
  const signIn = await program.openSignIn(person)
  await signIn.send(LI)
  const code = await program.newestCode(LI)
  return { program, signIn, code, wrongCode: code === '000000' ? '000001' : '000000' }
}

describe('the proof', () => {
  test('an unknown person who proves a mobile is bound to the user who verified it', async (t) => {
    const server = await startServer(t)
    const signIn = await server.miniProgram().openSignIn('alice')
    await signIn.send(ZHANGSAN)

    const reply = await signIn.bind(ZHANGSAN, ZHANGSAN_CODE)

    expect(reply.outcome).toBe('SUCCESS')
    expect(reply.body['expire']).toBe(432_000)
    expect(reply.body['session_token']).toMatch(/^[A-Za-z0-9]{32}$/)
    expect(Object.keys(reply.body)).toEqual(['session_token', 'expire', 'status', 'id_token'])
    expect(await server.count('identity')).toBe(1)
    expect(await server.miniProgram().login('alice')).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('an email proves as well as a mobile', async (t) => {
    const server = await startServer(t)
    const signIn = await server.miniProgram().openSignIn('alice')
    await signIn.send('zhangsan@qq.com')

    expect(await signIn.bind(' ZhangSan@QQ.com ', '123456')).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('a wrong code is refused and leaves the sign-in open', async (t) => {
    const server = await startServer(t)
    const { signIn, code, wrongCode } = await awaitingLisCode(server)

    expect(await signIn.bind(LI, wrongCode)).toMatchObject({ httpStatus: 400, outcome: CODE_INCORRECT })

    expect(await server.count('identity')).toBe(0)
    expect(await server.count('session')).toBe(0)
    expect(await signIn.bind(LI, code)).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('the fifth guess may be right', async (t) => {
    const server = await startServer(t)
    const { signIn, code, wrongCode } = await awaitingLisCode(server)
    for (let guess = 1; guess <= 4; guess++) await signIn.bind(LI, wrongCode)

    expect(await signIn.bind(LI, code)).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('the sixth guess is refused even when it is right', async (t) => {
    const server = await startServer(t)
    const { signIn, code, wrongCode } = await awaitingLisCode(server)
    for (let guess = 1; guess <= 5; guess++) await signIn.bind(LI, wrongCode)

    expect(await signIn.bind(LI, code)).toMatchObject({ outcome: CODE_INCORRECT })
  })

  test('of sixteen simultaneous guesses at one code five are compared', async (t) => {
    const server = await startServer(t)
    const { signIn, code, wrongCode } = await awaitingLisCode(server)

    const wrong = Array.from({ length: 16 }, () => signIn.bind(LI, wrongCode))
    expect(new Set((await Promise.all(wrong)).map((reply) => reply.outcome))).toEqual(
      new Set([CODE_INCORRECT]),
    )

    expect(await signIn.bind(LI, code)).toMatchObject({ outcome: CODE_INCORRECT })
    const { attempts } = await server.deployment.db
      .selectFrom('verification')
      .select('attempts')
      .executeTakeFirstOrThrow()
    expect(attempts).toBe(5)
  })

  test('a text code is good for five minutes and not a moment longer', async (t) => {
    const server = await startServer(t)
    const { signIn, code } = await awaitingLisCode(server)

    server.clock.advance(5 * MINUTE)
    expect(await signIn.bind(LI, code)).toMatchObject({ outcome: CODE_INCORRECT })
    server.clock.advance(-1)
    expect(await signIn.bind(LI, code)).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('a used code does not work again', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    await server.addUser({ mobile: LI })
    const [first, second] = [await program.openSignIn('alice'), await program.openSignIn('bob')]
    await first.send(LI, { scoped: false })
    const code = await program.newestCode(LI)

    expect(await first.bind(LI, code)).toMatchObject({ outcome: 'SUCCESS' })
    expect(await second.bind(LI, code)).toMatchObject({ outcome: CODE_INCORRECT })
  })

  test('a code for one address proves nothing of another, and both are left as they were', async (t) => {
    const server = await startServer(t)
    const { signIn, code } = await awaitingLisCode(server)

    expect(await signIn.bind(ZHANGSAN, code)).toMatchObject({ outcome: CODE_INCORRECT })
    expect(await signIn.bind(LI, code)).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('a code that was sent for registration does not bind', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram({ clientId: REGISTER_CLIENT_ID })
    await server.addUser({ mobile: LI })
    const signIn = await program.openSignIn('alice')
    await signIn.send(LI, { register: true })
    const code = await program.newestCode(LI)

    expect(await signIn.bind(LI, code)).toMatchObject({ outcome: CODE_INCORRECT })
    expect(await signIn.registerBind(LI, code)).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('a code that was sent for another application does not bind', async (t) => {
    const server = await startServer(t)
    await server.addUser({ mobile: LI })
    const here = await server.miniProgram().openSignIn('alice')
    const elsewhere = server.miniProgram({ clientId: REGISTER_CLIENT_ID })
    await elsewhere.send(LI, 'BIND_MOBILE_SMS')

    expect(await here.bind(LI, await elsewhere.newestCode(LI))).toMatchObject({ outcome: CODE_INCORRECT })
  })

  test('a code that was sent for another sign-in does not bind', async (t) => {
    const server = await startServer(t)
    const { program, code } = await awaitingLisCode(server, 'alice')
    const other = await program.openSignIn('mallory')

    expect(await other.bind(LI, code)).toMatchObject({ outcome: CODE_INCORRECT })
  })

  test('a code that was sent without a state token binds, unless the connection wants its own', async (t) => {
    const server = await startServer(t)
    const strict = await startServer(t, { connection: { requiresOwnCode: true } })
    for (const [where, outcome] of [
      [server, 'SUCCESS'],
      [strict, CODE_INCORRECT],
    ] as const) {
      const program = where.miniProgram()
      await where.addUser({ mobile: LI })
      const signIn = await program.openSignIn('alice')
      await signIn.send(LI, { scoped: false })
      expect(await signIn.bind(LI, await program.newestCode(LI))).toMatchObject({ outcome })
    }
  })

  test('where both are open, the code of the sign-in and the one of none both bind', async (t) => {
    const server = await startServer(t, { mode: 'dev' })
    const program = server.miniProgram()
    await server.addUser({ mobile: LI })
    for (const [person, sendLast] of [
      ['alice', { scoped: true }],
      ['bob', { scoped: false }],
    ] as const) {
      const signIn = await program.openSignIn(person)
      for (const options of [{ scoped: !sendLast.scoped }, sendLast]) {
        server.clock.advance(MINUTE / 10)
        await signIn.send(LI, options)
      }
      expect(await signIn.bind(LI, await program.newestCode(LI))).toMatchObject({ outcome: 'SUCCESS' })
    }
  })
})

test('every bind and every refusal leaves a trace', async (t) => {
  const server = await startServer(t)
  const { signIn, code, wrongCode } = await awaitingLisCode(server)
  await signIn.bind(LI, wrongCode)
  await signIn.bind(LI, code)

  const events = await server.deployment.db
    .selectFrom('audit_event')
    .select(['kind', 'address_masked', 'because'])
    .execute()
  expect(events.map((event) => event.kind)).toEqual([
    'sign_in_opened',
    'code_requested',
    'code_refused',
    'identity_bound',
    'session_opened',
  ])
  expect(events[2]).toMatchObject({ address_masked: '+86-138****8000', because: 'wrong code' })
})
