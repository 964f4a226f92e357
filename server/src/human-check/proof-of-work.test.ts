import { type Challenge, createChallenge, solveChallenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import { expect, test, type TestContext } from 'vitest'
import type { z } from 'zod'
import { savePolicy } from '../platform/policy/index.ts'
import { BIND_CLIENT_ID, REGISTER_CLIENT_ID, startServer, type TestServer } from '../testing/server.ts'
import { standingClock } from '../testing/test-clock.ts'
import { humanCheckPolicy, productionHumanCheck } from './index.ts'
import { challengeOnWire } from './proof-of-work.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const EXPIRED = 'IDAAS.SDK.CAPTCHA.0003'
const MISMATCH = 'IDAAS.SDK.CAPTCHA.0004'
const TOO_MANY = 'IDAAS.SDK.CAPTCHA.9002'

/** A server that sends no code without a check. altcha's own code knows the real time only, so it is that here. */
async function startStrict(t: TestContext): Promise<TestServer> {
  const server = await startServer(t, {
    clock: standingClock(Date.now()),
    server: { humanCheck: productionHumanCheck },
  })
  await savePolicy(server.deployment.db, humanCheckPolicy, { when: 'always' })
  return server
}

async function getChallenge(server: TestServer): Promise<z.infer<typeof challengeOnWire>> {
  const { body } = await server.miniProgram().call('/api/v2/ligature/altcha', { method: 'GET' })
  return challengeOnWire.parse(body)
}

interface Payload {
  readonly challenge: Challenge
  readonly solution: { readonly counter: number; readonly derivedKey: string }
}

async function solve(challenge: Challenge): Promise<Payload> {
  const solution = await solveChallenge({ challenge, deriveKey })
  if (solution === null) throw new Error('no solution in time')
  return { challenge, solution }
}

/** As altcha's client hands it out. */
const written = (payload: unknown) => Buffer.from(JSON.stringify(payload)).toString('base64')

async function send(server: TestServer, email: string, captchaToken: string, clientId?: string) {
  const program = server.miniProgram({ ...(clientId !== undefined && { clientId }) })
  const body = { email, type: 'BIND_EMAIL_EMS', captcha_token: captchaToken }
  return (await program.call('email/send', { body })).outcome
}

test('a solved challenge is worth one code, of sixteen who ask at once', async (t) => {
  const server = await startStrict(t)
  const payload = await solve(await getChallenge(server))
  const outcomes = await Promise.all(
    Array.from({ length: 16 }, (_, index) => send(server, `person${index}@example.com`, written(payload))),
  )
  expect(outcomes.filter((outcome) => outcome === 'OK')).toHaveLength(1)
  expect(outcomes.filter((outcome) => outcome === EXPIRED)).toHaveLength(15)

  // The same one, written in another way.
  const { challenge, solution } = payload
  const turned = Object.fromEntries(Object.entries(challenge.parameters).toReversed())
  for (const other of [
    { solution: { ...solution, time: 7, counter: 5 }, challenge },
    { challenge: { ...challenge, parameters: turned }, solution },
  ]) {
    expect(await send(server, 'other@example.com', written(other))).toBe(EXPIRED)
  }
  expect(await server.count('human_check_work')).toBe(1)
})

test('a solution is of a challenge of ours, for this application, and right', async (t) => {
  const server = await startStrict(t)
  const payload = await solve(await getChallenge(server))
  const { challenge, solution } = payload
  const { parameters } = challenge
  const wrong: readonly unknown[] = [
    { challenge, solution: { ...solution, derivedKey: '00'.repeat(32) } },
    { challenge, solution: { ...solution, derivedKey: 'not hexadecimal' } },
    { challenge, solution: { ...solution, counter: -1 } },
    { challenge: { ...challenge, signature: '00'.repeat(32) }, solution },
    { challenge: { ...challenge, signature: '' }, solution },
    { challenge: { ...challenge, parameters: { ...parameters, keyPrefix: '00' } }, solution },
    { challenge: { ...challenge, parameters: { ...parameters, expiresAt: 4_000_000_000 } }, solution },
    { challenge: { ...challenge, parameters: { ...parameters, more: 1 } }, solution },
    { challenge: { parameters }, solution },
    { challenge },
    { solution },
    [payload],
    'payload',
  ]
  for (const each of wrong) {
    expect(await send(server, 'li@example.com', written(each))).toBe(MISMATCH)
  }
  expect(await send(server, 'li@example.com', written(payload), REGISTER_CLIENT_ID)).toBe(MISMATCH)

  const forged = await createChallenge({
    algorithm: parameters.algorithm,
    cost: 1,
    counter: 1,
    data: { client_id: BIND_CLIENT_ID },
    deriveKey,
    expiresAt: Math.ceil(Date.now() / SECOND) + 60,
    hmacSignatureSecret: 'another key',
    hmacKeySignatureSecret: 'another key',
  })
  expect(await send(server, 'li@example.com', written(await solve(forged)))).toBe(MISMATCH)
  expect(await send(server, 'li@example.com', written(payload))).toBe('OK')
})

test('a challenge lives five minutes', async (t) => {
  const server = await startStrict(t)
  const [early, late] = [await solve(await getChallenge(server)), await solve(await getChallenge(server))]
  server.clock.advance(299 * SECOND)
  expect(await send(server, 'li@example.com', written(early))).toBe('OK')
  server.clock.advance(SECOND)
  expect(await send(server, 'wang@example.com', written(late))).toBe(EXPIRED)
})

test('a solution is not spent by a send that is refused', async (t) => {
  const server = await startStrict(t)
  const [first, second] = [await solve(await getChallenge(server)), await solve(await getChallenge(server))]
  expect(await send(server, 'li@example.com', written(first))).toBe('OK')
  expect(await send(server, 'li@example.com', written(second))).toBe('IDAAS.SDK.CAPTCHA.0006')
  server.clock.advance(MINUTE)
  expect(await send(server, 'li@example.com', written(second))).toBe('OK')
})

test('challenges are counted together with pictures', async (t) => {
  const server = await startStrict(t)
  const get = (path: string) => server.miniProgram().call(path, { method: 'GET' })
  for (let index = 0; index < 30; index++) {
    expect((await get('/api/v2/ligature/altcha')).httpStatus).toBe(200)
    expect((await get('captcha')).httpStatus).toBe(200)
  }
  expect((await get('/api/v2/ligature/altcha')).outcome).toBe(TOO_MANY)
})
