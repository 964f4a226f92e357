import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { fixedGateways, openDevInbox, openGateways } from '../messages/index.ts'
import { openLog } from '../platform/log.ts'
import { savePolicy } from '../platform/policy/index.ts'
import { setGateway, startCarrier } from '../testing/carriers.ts'
import { startServer, type TestServer } from '../testing/server.ts'
import { listSendWarnings, sendPolicy } from './index.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const REFUSED = 'IDAAS.SDK.CAPTCHA.0006'
const LI = '13800138000'

function setPolicy(server: TestServer, fields: z.input<typeof sendPolicy.schema>): Promise<void> {
  return savePolicy(server.deployment.db, sendPolicy, fields)
}

async function sendTo(server: TestServer, address: string): Promise<string> {
  const type = address.includes('@') ? 'BIND_EMAIL_EMS' : 'BIND_MOBILE_SMS'
  return (await server.miniProgram().send(address, type)).outcome
}

/** Sends to these in turn, and tells how often it was allowed before the first refusal. */
async function sendUntilRefused(server: TestServer, addresses: readonly string[]): Promise<number> {
  for (const [sent, address] of addresses.entries()) {
    if ((await sendTo(server, address)) === REFUSED) return sent
  }
  return addresses.length
}

const strangers = Array.from({ length: 4 }, (_, index) => `1${3_000_000_000 + index * 7_919_123}`)
const mailboxes = Array.from({ length: 4 }, (_, index) => `person${index}@example.com`)
const neighbours = Array.from({ length: 4 }, (_, index) => `1380013000${index}`)
const oneOfThem = Array.from({ length: 4 }, () => LI)

describe('what an operator sets holds at the next send', () => {
  test.for([
    ['per_destination', oneOfThem],
    ['per_ip', mailboxes],
    ['per_prefix', neighbours],
    ['per_application', mailboxes],
    ['per_deployment', strangers],
  ] as const)('%s', async ([field, addresses], t) => {
    const server = await startServer(t)
    await setPolicy(server, { [field]: ['3 per 10 minutes', '5 per day'] })

    expect(await sendUntilRefused(server, addresses)).toBe(3)

    server.clock.advance(10 * MINUTE - 1)
    expect(await sendTo(server, addresses[3] ?? '')).toBe(REFUSED)
    server.clock.advance(1)
    expect(await sendTo(server, addresses[3] ?? '')).toBe('OK')
  })

  test('and what he leaves out is as the server has it', async (t) => {
    const server = await startServer(t, { mode: 'dev' })
    await setPolicy(server, { per_deployment: ['3 per hour'] })

    expect(await sendTo(server, LI)).toBe('OK')
    expect(await sendTo(server, LI)).toBe(REFUSED)
    server.clock.advance(5000)
    expect(await sendTo(server, LI)).toBe('OK')
    server.clock.advance(5000)
    expect(await sendUntilRefused(server, mailboxes)).toBe(1)
  })

  test('on every instance, which share what is spent', async (t) => {
    const one = await startServer(t)
    const other = await startServer(t, { data: one.data })
    await setPolicy(one, { per_deployment: ['3 per hour'], area_codes: ['44'] })

    expect(await sendTo(other, LI)).toBe('IDAAS.SDK.PARAM.9006')
    expect([await sendTo(one, mailboxes[0] ?? ''), await sendTo(other, mailboxes[1] ?? '')]).toEqual([
      'OK',
      'OK',
    ])
    expect([await sendTo(one, mailboxes[2] ?? ''), await sendTo(other, mailboxes[3] ?? '')]).toEqual([
      'OK',
      REFUSED,
    ])
  })

  test('and the client is told when it may ask again', async (t) => {
    const server = await startServer(t, { connection: { hasPhoneButton: false } })
    const signIn = await server.miniProgram().openSignIn('alice')
    const inSeconds = async () => {
      const { next } = (await signIn.look()).body as { next: { steps: { send: { in_seconds: number } }[] } }
      return next.steps[0]?.send.in_seconds
    }
    await signIn.send(LI)
    expect(await inSeconds()).toBe(60)

    await setPolicy(server, { per_destination: ['1 per 2 minutes', '5 per hour'] })
    expect(await inSeconds()).toBe(120)
    await setPolicy(server, { per_destination: ['5 per hour'] })
    expect(await inSeconds()).toBe(0)
  })

  test('and where thousands are counted, no limit is held a sixth too strictly', async (t) => {
    const server = await startServer(t)
    await setPolicy(server, { per_application: ['2 per minute', '10000 per day'] })

    expect(await sendUntilRefused(server, mailboxes)).toBe(2)
    server.clock.advance(MINUTE - 1)
    expect(await sendTo(server, mailboxes[3] ?? '')).toBe(REFUSED)
    server.clock.advance(10_000)
    expect(await sendTo(server, mailboxes[3] ?? '')).toBe('OK')
  })
})

test.each([
  [{ per_destination: [] }, 'Give at least one limit'],
  [{ per_ip: ['10 a day'] }, 'such as \\"10 per 24h\\"'],
  [{ per_ip: ['1 per 32 days'] }, 'at most 31 days'],
  [{ per_ip: ['10 per second', '10000 per day'] }, '1500 times the shortest'],
  [{ area_codes: ['+86'] }, 'without a plus'],
  [{ spend_per_day: '500' }, 'such as \\"0.045 CNY\\"'],
  [{ per_person: ['1 per day'] }, 'per_person'],
])('%o is refused, in words', async (fields, says) => {
  expect(() => sendPolicy.schema.parse(fields)).toThrow(says)
})

test('a warning tells of each list that lets more through than is usual, and of no other', async (t) => {
  const server = await startServer(t)
  const warnings = () => listSendWarnings(server.deployment.db, fixedGateways(openDevInbox().gateways))
  expect(await warnings()).toEqual([])

  await setPolicy(server, {
    per_destination: ['1 per minute', '5 per hour', '10 per 2 days'],
    per_ip: ['1 per hour'],
    per_application: ['1000 per hour', '20000 per day'],
  })
  expect(await warnings()).toEqual([])

  await setPolicy(server, { per_destination: ['1 per 30s', '10 per day'], per_deployment: ['10001 per day'] })
  expect(await warnings()).toEqual([
    'sending.per_destination allows more than is usual: 1 per 30 seconds, 10 per day instead of 1 per minute, 5 per hour, 10 per day',
    'sending.per_deployment allows more than is usual: 10001 per day instead of 10000 per day',
  ])
  expect(await listSendWarnings(server.deployment.db, fixedGateways([]))).toContain(
    'no gateway for SMS or email is configured: nobody can prove an address',
  )
})

describe('what messages may cost in a day', () => {
  async function startPriced(t: Parameters<typeof startServer>[0], prices: readonly (string | undefined)[]) {
    const server = await startServer(t, { usesStoredGateways: true })
    const carriers = await Promise.all(prices.map(() => startCarrier(t)))
    for (const [rank, carrier] of carriers.entries()) {
      const price = prices[rank]
      const description = { ...carrier.description, ...(price !== undefined && { price }) }
      await setGateway(server, `carrier ${rank}`, description, rank)
    }
    return { server, carriers }
  }

  test('is spent to the last millionth, and not beyond', async (t) => {
    const { server, carriers } = await startPriced(t, ['0.05 CNY'])
    await setPolicy(server, { spend_per_day: '0.15 CNY' })

    expect(await sendUntilRefused(server, strangers)).toBe(3)
    expect(carriers[0]?.messages).toHaveLength(3)

    server.clock.advance(24 * HOUR)
    expect(await sendTo(server, strangers[3] ?? '')).toBe(REFUSED)
    // A quarter of an hour is told apart, on the strict side.
    server.clock.advance(15 * MINUTE)
    expect(await sendTo(server, strangers[3] ?? '')).toBe('OK')
  })

  test('is counted at the price of the dearest gateway that may be tried', async (t) => {
    const { server } = await startPriced(t, ['0.01 CNY', '0.05 CNY'])
    await setPolicy(server, { spend_per_day: '0.149999 CNY' })

    expect(await sendUntilRefused(server, strangers)).toBe(2)
  })

  test('is not exceeded by sixteen who ask at once', async (t) => {
    const { server, carriers } = await startPriced(t, ['0.05 CNY'])
    await setPolicy(server, { spend_per_day: '0.15 CNY' })
    const sixteen = Array.from({ length: 16 }, (_, index) => `1${3_000_000_000 + index * 7_919_123}`)

    const outcomes = await Promise.all(sixteen.map((mobile) => sendTo(server, mobile)))

    expect(outcomes.filter((outcome) => outcome === 'OK')).toHaveLength(3)
    expect(carriers[0]?.messages).toHaveLength(3)
  })

  test('lets what has no price pass, and stops what alone costs too much', async (t) => {
    const { server } = await startPriced(t, [undefined])
    await setPolicy(server, { spend_per_day: '0 CNY' })
    expect(await sendUntilRefused(server, strangers)).toBe(4)

    const { server: dear } = await startPriced(t, ['0.05 CNY'])
    await setPolicy(dear, { spend_per_day: '0.049999 CNY' })
    expect(await sendTo(dear, LI)).toBe(REFUSED)
  })

  test('is in one currency: a gateway with a price in another one is not used, and a warning says so', async (t) => {
    const { server, carriers } = await startPriced(t, ['0.01 USD', '0.05 CNY'])
    await setPolicy(server, { spend_per_day: '500 CNY' })

    expect(await sendTo(server, LI)).toBe('OK')
    expect(carriers.map(({ messages }) => messages.length)).toEqual([0, 1])
    const gateways = openGateways({
      ...server.deployment,
      clock: server.clock,
      log: openLog('silent', process.stderr),
    })
    expect(await listSendWarnings(server.deployment.db, gateways)).toEqual([
      'the gateway carrier 0 is not used: its price is in USD, and sending.spend_per_day is 500 CNY',
    ])
  })

  test('limits nothing when it is not set', async (t) => {
    const { server } = await startPriced(t, ['999999999 CNY'])

    expect(await sendUntilRefused(server, strangers)).toBe(4)
  })
})
