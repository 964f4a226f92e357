import { expect, test } from 'vitest'
import type { PendingSignIn } from '../testing/mini-program.ts'
import { startServer, type TestServer } from '../testing/server.ts'

const LI = '13800138000'
const CODE = '232326'
const WRONG = '000000'
const HOUR = 60 * 60 * 1000
const CODE_INCORRECT = 'IDAAS.SDK.CAPTCHA.0007'

/** Li is a user with a fixed code, so that codes can be asked for as often as the test wants. */
async function withLi(server: TestServer): Promise<PendingSignIn> {
  await server.addUser({ mobile: LI, fixedCode: CODE })
  return server.miniProgram().openSignIn('alice')
}

async function guessWrong(signIn: PendingSignIn, times: number): Promise<void> {
  for (let guess = 0; guess < times; guess++) {
    if (guess % 5 === 0) await signIn.send(LI)
    expect(await signIn.bind(LI, WRONG)).toMatchObject({ outcome: CODE_INCORRECT })
  }
}

test('a new code has five new guesses', async (t) => {
  const server = await startServer(t)
  const signIn = await withLi(server)
  await guessWrong(signIn, 5)

  await signIn.send(LI)
  expect(await signIn.bind(LI, CODE)).toMatchObject({ outcome: 'SUCCESS' })
})

test('nineteen wrong guesses at an address in a day leave one more', async (t) => {
  const server = await startServer(t)
  const signIn = await withLi(server)
  await guessWrong(signIn, 19)

  expect(await signIn.bind(LI, CODE)).toMatchObject({ outcome: 'SUCCESS' })
})

test('after twenty, a right code is refused until the first of them is a day old', async (t) => {
  const server = await startServer(t)
  const signIn = await withLi(server)
  await guessWrong(signIn, 20)
  await signIn.send(LI)

  expect(await signIn.bind(LI, CODE)).toMatchObject({ outcome: CODE_INCORRECT })

  server.clock.advance(24 * HOUR)
  const later = await server.miniProgram().openSignIn('alice')
  await later.send(LI)
  expect(await later.bind(LI, CODE)).toMatchObject({ outcome: 'SUCCESS' })
})

test('guesses at every purpose and application count together', async (t) => {
  const server = await startServer(t)
  const signIn = await withLi(server)
  await guessWrong(signIn, 20)

  const elsewhere = server.miniProgram({ clientId: 'demoBindOrRegister00000000000001' })
  const other = await elsewhere.openSignIn('alice')
  await other.send(LI, { register: true })
  expect(await other.registerBind(LI, CODE)).toMatchObject({ outcome: CODE_INCORRECT })
})

test('a right guess costs nothing', async (t) => {
  const server = await startServer(t)
  await withLi(server)
  for (let round = 1; round <= 25; round++) {
    const signIn = await server.miniProgram().openSignIn(`person${round}`)
    await signIn.send(LI)
    expect(await signIn.bind(LI, CODE)).toMatchObject({ outcome: 'SUCCESS' })
  }
})

test('a guess where no code is open costs nothing', async (t) => {
  const server = await startServer(t)
  const signIn = await withLi(server)
  for (let guess = 1; guess <= 30; guess++) await signIn.bind(LI, WRONG)

  await signIn.send(LI)
  expect(await signIn.bind(LI, CODE)).toMatchObject({ outcome: 'SUCCESS' })
})

test('something that is no code costs nothing and looks like a wrong one', async (t) => {
  const server = await startServer(t)
  const signIn = await withLi(server)
  await signIn.send(LI)
  for (const typed of ['12345', '1234567', '23232６', 'abcdef', '232 326']) {
    expect(await signIn.bind(LI, typed)).toMatchObject({ outcome: CODE_INCORRECT })
  }
  expect(await signIn.bind(LI, ` ${CODE} `)).toMatchObject({ outcome: 'SUCCESS' })
})

test('a hundred wrong guesses in a row close an address to codes, though never twenty fell in a day', async (t) => {
  const server = await startServer(t)
  await withLi(server)
  for (let day = 1; day <= 5; day++) {
    const signIn = await server.miniProgram().openSignIn(`day${day}`)
    await guessWrong(signIn, 20)
    server.clock.advance(24 * HOUR)
  }

  const signIn = await server.miniProgram().openSignIn('alice')
  await signIn.send(LI)
  expect(await signIn.bind(LI, CODE)).toMatchObject({ outcome: CODE_INCORRECT })
})

test('a right code ends the row', async (t) => {
  const server = await startServer(t)
  await withLi(server)
  for (let day = 1; day <= 6; day++) {
    const signIn = await server.miniProgram().openSignIn(`day${day}`)
    await guessWrong(signIn, 19)
    if (day % 3 === 0) {
      await signIn.send(LI)
      expect(await signIn.bind(LI, CODE)).toMatchObject({ outcome: 'SUCCESS' })
    }
    server.clock.advance(24 * HOUR)
  }
  const signIn = await server.miniProgram().openSignIn('alice')
  await signIn.send(LI)
  expect(await signIn.bind(LI, CODE)).toMatchObject({ outcome: 'SUCCESS' })
})

test('wrong guesses stay paid over a restart', async (t) => {
  const first = await startServer(t)
  const signIn = await withLi(first)
  await signIn.send(LI)
  for (let guess = 1; guess <= 5; guess++) await signIn.bind(LI, WRONG)
  await first.stop()

  const second = await startServer(t, { data: first.data })
  const reply = await second.miniProgram().call('social/bind', {
    headers: { 'X-state-token': signIn.stateToken },
    body: { mobile: LI, verify_code: CODE },
  })
  expect(reply.outcome).toBe(CODE_INCORRECT)
})
