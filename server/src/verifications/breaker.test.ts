import { describe, expect, test, type TestContext } from 'vitest'
import { sweep } from '../housekeeping.ts'
import { humanCheckPolicy, productionHumanCheck } from '../human-check/index.ts'
import { savePolicy } from '../platform/policy/index.ts'
import { startServer, type TestServer } from '../testing/server.ts'
import { sendPolicy } from './index.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const MISSING = 'IDAAS.SDK.CAPTCHA.9001'
const SEND_REFUSED = 'IDAAS.SDK.CAPTCHA.0006'
const CODE_INCORRECT = 'IDAAS.SDK.CAPTCHA.0007'

/** By risk, and nobody asks for too many. */
async function startByRisk(t: TestContext, earlier?: TestServer): Promise<TestServer> {
  const server = await startServer(t, {
    server: { humanCheck: productionHumanCheck },
    ...(earlier !== undefined && { data: earlier.data, clock: earlier.clock }),
  })
  await savePolicy(server.deployment.db, humanCheckPolicy, { unchecked_per_ip: ['1000 per hour'] })
  return server
}

let strangers = 0
const stranger = (): string => `person${strangers++}@example.com`

async function send(server: TestServer, email = stranger()): Promise<string> {
  return (await server.miniProgram().send(email, 'LOGIN_EMS')).outcome
}

async function guess(server: TestServer, email: string, verifyCode: string): Promise<string> {
  const body = { email, verify_code: verifyCode }
  return (await server.miniProgram().call('login/email-verify-code', { body })).outcome
}

/** As a sprayer does it: five at each code, and then the next one. */
async function guessWrongly(server: TestServer, times: number): Promise<void> {
  for (let left = times; left > 0; left -= 5) {
    const email = stranger()
    await send(server, email)
    const right = await server.miniProgram().newestCode(email)
    const wrong = right === '000000' ? '000001' : '000000'
    for (let index = 0; index < Math.min(5, left); index++) {
      expect(await guess(server, email, wrong)).toBe(CODE_INCORRECT)
    }
  }
}

/** By a test address, to which no code is sent. */
async function guessRightly(server: TestServer, times: number): Promise<void> {
  for (let index = 0; index < times; index++) {
    expect(await send(server, 'zhangsan@qq.com')).toBe('OK')
    expect(await guess(server, 'zhangsan@qq.com', '123456')).toBe('SUCCESS')
  }
}

async function openings(server: TestServer): Promise<readonly (string | null)[]> {
  const rows = await server.deployment.db
    .selectFrom('audit_event')
    .select('because')
    .where('kind', '=', 'breaker_opened')
    .execute()
  return rows.map(({ because }) => because)
}

const alarms = (server: TestServer) =>
  server.logLines.filter((line) => line.includes('the breaker for codes has opened'))

describe('wrong guesses', () => {
  test('open the breaker when they are fifty within a minute, and not when they are forty-nine', async (t) => {
    const server = await startByRisk(t)
    await guessWrongly(server, 49)
    expect(await send(server)).toBe('OK')
    expect(await openings(server)).toEqual([])

    await guessWrongly(server, 1)
    expect(await send(server)).toBe(MISSING)
    expect(await openings(server)).toEqual(['50 of 50 guesses at codes failed within a minute'])
    expect(alarms(server)).toHaveLength(1)

    // It is open on every instance, and told of once.
    const other = await startByRisk(t, server)
    expect(await send(other)).toBe(MISSING)
    expect(await openings(server)).toHaveLength(1)
    expect(alarms(other)).toHaveLength(0)
  })

  test('that lie further apart do not', async (t) => {
    const server = await startByRisk(t)
    await guessWrongly(server, 30)
    server.clock.advance(MINUTE + 10 * SECOND)
    await guessWrongly(server, 30)
    expect(await send(server)).toBe('OK')
  })

  test('open it when more than three of ten are wrong', async (t) => {
    const server = await startByRisk(t)
    await guessRightly(server, 117)
    await guessWrongly(server, 50)
    expect(await send(server)).toBe('OK')

    await guessWrongly(server, 1)
    expect(await send(server)).toBe(MISSING)
    expect(await openings(server)).toEqual(['51 of 168 guesses at codes failed within a minute'])
  }, 60_000)

  test('open it once, however many see it at the same moment', async (t) => {
    const server = await startByRisk(t)
    await guessWrongly(server, 50)
    const replies = await Promise.all(Array.from({ length: 16 }, () => send(server)))
    expect(new Set(replies)).toEqual(new Set([MISSING]))
    expect(await openings(server)).toHaveLength(1)
    expect(alarms(server)).toHaveLength(1)
  })
})

describe('codes that are thrown away', () => {
  test('open it when they are two hundred within five minutes, and not when they are one less', async (t) => {
    const server = await startByRisk(t)
    for (let index = 0; index < 199; index++) {
      if (index === 100) server.clock.advance(4 * MINUTE)
      expect(await send(server)).toBe('OK')
    }
    expect(await send(server)).toBe('OK')
    expect(await send(server)).toBe(MISSING)
    expect(await openings(server)).toEqual(['of 200 codes that were sent within five minutes 0 were used'])
  }, 60_000)

  test('do not when four of ten are used', async (t) => {
    const server = await startByRisk(t)
    await guessRightly(server, 80)
    // Each send looks at those before it: the last one at two hundred, of which eighty are four of ten.
    for (let index = 0; index < 201; index++) expect(await send(server)).toBe('OK')
    expect(await send(server)).toBe(MISSING)
    expect(await openings(server)).toEqual(['of 201 codes that were sent within five minutes 80 were used'])
  }, 60_000)
})

test('the breaker closes five minutes after the last sign of trouble, and can open again', async (t) => {
  const server = await startByRisk(t)
  await guessWrongly(server, 50)
  expect(await send(server)).toBe(MISSING)
  server.clock.advance(5 * MINUTE - 1)
  expect(await send(server)).toBe(MISSING)
  server.clock.advance(1)
  expect(await send(server)).toBe('OK')

  await guessWrongly(server, 50)
  expect(await send(server)).toBe(MISSING)
  expect(await openings(server)).toHaveLength(2)
})

test('where nobody is asked for a check, half as many codes go to one network while it is open', async (t) => {
  const server = await startByRisk(t)
  await savePolicy(server.deployment.db, humanCheckPolicy, { when: 'never' })
  await savePolicy(server.deployment.db, sendPolicy, { per_ip: ['20 per hour'] })
  await guessWrongly(server, 49)
  // Ten have gone out.
  expect(await send(server)).toBe('OK')
  await guessWrongly(server, 1)
  expect(await send(server)).toBe(SEND_REFUSED)

  server.clock.advance(6 * MINUTE)
  expect(await send(server)).toBe('OK')
})

test('what was counted is forgotten when it counts no longer', async (t) => {
  const server = await startByRisk(t)
  await guessWrongly(server, 5)
  await server.miniProgram().call('captcha', { method: 'GET' })
  server.clock.advance(10 * MINUTE)
  await sweep(server.deployment.db, server.clock.now())
  expect(await server.count('human_check_slider')).toBe(1)
  server.clock.advance(3 * MINUTE)
  await sweep(server.deployment.db, server.clock.now())
  expect(await server.count('human_check_count')).toBe(0)
  expect(await server.count('human_check_slider')).toBe(0)
})
