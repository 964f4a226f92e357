import { expect, test, type TestContext } from 'vitest'
import { sweep } from './housekeeping.ts'
import { startServer } from './testing/server.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const LI = '13800138000'
const CODE_INCORRECT = 'IDAAS.SDK.CAPTCHA.0007'
const SEND_REFUSED = 'IDAAS.SDK.CAPTCHA.0006'
const STATE_TOKEN_REFUSED = 'IDAAS.SDK.COMMON.1007'
const SESSION_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0023'

test('what is long over is removed, and what still counts stays', async (t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  const old = await program.openSignIn('alice')
  await old.send('11012345678')
  await old.bind('11012345678', '232326')
  await program.send('13800138000', 'BIND_MOBILE_SMS')

  server.clock.advance(7 * DAY)
  const open = await program.openSignIn('bob')
  await open.send('11012345678')
  await program.send('13900139000', 'BIND_MOBILE_SMS')
  await sweep(server.deployment.db, server.clock.now())

  expect(await server.count('sign_in')).toBe(1)
  expect(await server.count('verification')).toBe(2)
  expect(await server.count('session')).toBe(0)
  expect(await open.bind('11012345678', '232326')).toMatchObject({ outcome: 'SUCCESS' })
  expect(await program.login('alice')).toMatchObject({ outcome: 'SUCCESS' })
})

test('attempts at messages are kept for ninety days', async (t) => {
  const server = await startServer(t)
  await server.miniProgram().send('13800138000', 'BIND_MOBILE_SMS')

  server.clock.advance(90 * DAY)
  await sweep(server.deployment.db, server.clock.now())
  expect(await server.count('message_attempt')).toBe(1)

  server.clock.advance(1)
  await sweep(server.deployment.db, server.clock.now())
  expect(await server.count('message_attempt')).toBe(0)
})

test('an expired code is refused before any sweep came by', async (t) => {
  const server = await startServer(t)
  const signIn = await server.miniProgram().openSignIn('alice')
  await signIn.send('11012345678')
  server.clock.advance(5 * 60_000)
  await sweep(server.deployment.db, server.clock.now())
  expect(await server.count('verification')).toBe(1)
  expect(await signIn.bind('11012345678', '232326')).toMatchObject({ outcome: 'IDAAS.SDK.CAPTCHA.0007' })
})

test('one round removes whatever a busy day has left behind, unless the server closes', async (t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  for (let come = 0; come < 250; come += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, index) => program.openSignIn(`person${come + index}`)))
  }
  server.clock.advance(2 * DAY)

  await sweep(server.deployment.db, server.clock.now(), AbortSignal.abort())
  expect(await server.count('sign_in')).toBe(250)

  await sweep(server.deployment.db, server.clock.now())
  expect(await server.count('sign_in')).toBe(0)
})

/** A week in which everything that has an end comes to it, and what each request was answered. */
async function liveForAWeek(t: TestContext, sweeping: 'never' | 'constantly'): Promise<string[]> {
  const server = await startServer(t)
  const { clock, deployment } = server
  await server.addUser({ mobile: LI })
  const program = server.miniProgram()
  const outcomes: string[] = []
  const answered = async (request: Promise<{ readonly outcome: string }>): Promise<void> => {
    outcomes.push((await request).outcome)
    if (sweeping === 'constantly') await sweep(deployment.db, clock.now())
  }
  const refresh = (token: unknown) =>
    program.call('sso/session-token/id-token', { headers: { 'session-token': String(token) } })

  // A code lives five minutes, its sign-in ten, and a code may be asked for once a minute.
  const late = await program.openSignIn('late')
  await answered(late.send(LI))
  const lateCode = await program.newestCode(LI)
  clock.advance(MINUTE - 1)
  await answered(late.send(LI))
  clock.advance(4 * MINUTE + 1)
  await answered(late.bind(LI, lateCode))
  clock.advance(5 * MINUTE - SECOND)
  await answered(late.look())
  clock.advance(SECOND)
  await answered(late.look())

  // Twenty wrong guesses at an address in a day are all there are.
  for (let code = 0; code < 4; code++) {
    clock.advance(HOUR)
    const signIn = await program.openSignIn(`guesser-${code}`)
    await answered(signIn.send(LI))
    for (let guess = 0; guess < 5; guess++) await answered(signIn.bind(LI, '000000'))
  }
  clock.advance(HOUR)
  const shut = await program.openSignIn('shut')
  await answered(shut.send(LI))
  await answered(shut.bind(LI, await program.newestCode(LI)))
  clock.advance(DAY)
  const open = await program.openSignIn('open')
  await answered(open.send(LI))
  const bound = await open.bind(LI, await program.newestCode(LI))
  await answered(Promise.resolve(bound))

  // A session lives five days, its state token is spent, and the identity stays.
  clock.advance(5 * DAY - SECOND)
  await answered(refresh(bound.body['session_token']))
  clock.advance(SECOND)
  await answered(refresh(bound.body['session_token']))
  await answered(open.look())
  clock.advance(2 * DAY)
  await answered(refresh(bound.body['session_token']))
  await answered(open.look())
  await answered(late.look())
  await answered(program.login('open'))
  return outcomes
}

const GUESSES: readonly string[] = Array.from({ length: 5 }, () => CODE_INCORRECT)
const A_WEEK = [
  ['OK', SEND_REFUSED, CODE_INCORRECT, 'SOCIAL_BIND', STATE_TOKEN_REFUSED],
  ...Array.from({ length: 4 }, () => ['OK', ...GUESSES]),
  ['OK', CODE_INCORRECT, 'OK', 'SUCCESS'],
  ['OK', SESSION_TOKEN_REFUSED, STATE_TOKEN_REFUSED],
  [SESSION_TOKEN_REFUSED, STATE_TOKEN_REFUSED, STATE_TOKEN_REFUSED, 'SUCCESS'],
].flat()

test.for(['never', 'constantly'] as const)(
  'a sweep that comes by %s changes no answer of a whole week',
  async (sweeping, t) => {
    expect(await liveForAWeek(t, sweeping)).toEqual(A_WEEK)
  },
)
