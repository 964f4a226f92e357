import { describe, expect, test } from 'vitest'
import { fixedGateways, type Gateway, type SendOutcome } from '../messages/index.ts'
import { savePolicy } from '../platform/policy/index.ts'
import { setGateway, startCarrier } from '../testing/carriers.ts'
import { findClosedPort } from '../testing/outside-server.ts'
import { startServer, type TestServer } from '../testing/server.ts'
import { standingClock } from '../testing/test-clock.ts'
import { sendPolicy } from './index.ts'

const REFUSED = 'IDAAS.SDK.CAPTCHA.0006'
const LI = '13800138000'
const LONDON = '+44 7400 123456'

async function sendTo(server: TestServer, address: string): Promise<string> {
  const type = address.includes('@') ? 'BIND_EMAIL_EMS' : 'BIND_MOBILE_SMS'
  return (await server.miniProgram().send(address, type)).outcome
}

/** The record of attempts, in their order. */
function attemptsIn({ deployment: { db } }: TestServer) {
  return db
    .selectFrom('message_attempt')
    .select(['gateway', 'result', 'because', 'cost_micros', 'currency', 'area_code', 'sign_in_id'])
    .orderBy('at')
    .orderBy('id')
    .execute()
}

function gatewayThat(name: string, outcome: SendOutcome, onSend = (): void => undefined) {
  const calls: string[] = []
  const gateway: Gateway = {
    name,
    channel: 'sms',
    async send({ to }) {
      calls.push(to.value)
      onSend()
      return outcome
    },
  }
  return { ...gateway, calls }
}

const FAILED: SendOutcome = { result: 'failed', because: 'no' }
const SENT: SendOutcome = { result: 'sent' }

describe('a message', () => {
  test('goes to the next gateway when one has certainly not sent it, and both are on record', async (t) => {
    const server = await startServer(t, { usesStoredGateways: true })
    const refusing = await startCarrier(t, () => 422)
    const taking = await startCarrier(t)
    await setGateway(server, 'refusing', { ...refusing.description, price: '0.05 CNY' }, 1)
    await setGateway(server, 'taking', { ...taking.description, price: '0.045 CNY' }, 2)
    await server.addUser({ mobile: LI })
    const signIn = await server.miniProgram().openSignIn('alice')

    expect((await signIn.send(LI)).outcome).toBe('OK')

    expect([refusing.messages.length, taking.messages.length]).toEqual([1, 1])
    expect(await signIn.bind(LI, taking.messages[0]?.code ?? '')).toMatchObject({ outcome: 'SUCCESS' })
    const ofLi = { area_code: '86', sign_in_id: expect.stringMatching(/^[\w-]{22}$/) }
    expect(await attemptsIn(server)).toEqual([
      {
        gateway: 'refusing',
        result: 'failed',
        because: 'answer 422',
        cost_micros: null,
        currency: null,
        ...ofLi,
      },
      { gateway: 'taking', result: 'sent', because: null, cost_micros: 45_000, currency: 'CNY', ...ofLi },
    ])
  })

  test('goes to the next gateway when one cannot be reached', async (t) => {
    const server = await startServer(t, { usesStoredGateways: true })
    const taking = await startCarrier(t)
    await setGateway(server, 'away', { ...taking.description, url: (await findClosedPort()).href }, 1)
    await setGateway(server, 'taking', taking.description, 2)

    expect(await sendTo(server, LI)).toBe('OK')
    expect(taking.messages).toMatchObject([{ to: `+86${LI}` }])
  })

  test('that may have gone out is sent a second time by nobody, and its code is good', async (t) => {
    const server = await startServer(t, { usesStoredGateways: true })
    const silent = await startCarrier(t, () => 502)
    const other = await startCarrier(t)
    await setGateway(server, 'silent', { ...silent.description, price: '0.05 CNY' }, 1)
    await setGateway(server, 'other', other.description, 2)
    await server.addUser({ mobile: LI })
    const signIn = await server.miniProgram().openSignIn('alice')

    expect((await signIn.send(LI)).outcome).toBe(REFUSED)

    expect(other.messages).toEqual([])
    expect(await attemptsIn(server)).toMatchObject([
      { gateway: 'silent', result: 'unknown', because: 'answer 502', cost_micros: 50_000 },
    ])
    expect(await signIn.bind(LI, silent.messages[0]?.code ?? '')).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('is tried by three gateways at most', async (t) => {
    const gateways = ['one', 'two', 'three', 'four'].map((name) => gatewayThat(name, FAILED))
    const server = await startServer(t, { server: { gateways: fixedGateways(gateways) } })

    expect(await sendTo(server, LI)).toBe(REFUSED)
    expect(gateways.map(({ calls }) => calls.length)).toEqual([1, 1, 1, 0])
    expect(await attemptsIn(server)).toMatchObject([
      { gateway: 'one' },
      { gateway: 'two' },
      { gateway: 'three' },
    ])
  })

  test.for([
    [3000, 'OK'],
    [3001, REFUSED],
  ] as const)(
    'that nobody sent after %i ms is answered with %s: all is over within eight seconds',
    async ([ms, outcome], t) => {
      const clock = standingClock()
      const slow = gatewayThat('slow', FAILED, () => clock.advance(ms))
      const gateways = fixedGateways([slow, gatewayThat('next', SENT)])
      const server = await startServer(t, { server: { clock, gateways } })

      expect(await sendTo(server, LI)).toBe(outcome)
    },
  )

  test('goes by no gateway that cannot carry it', async (t) => {
    const other = gatewayThat('other', SENT)
    const gateways = fixedGateways([{ ...gatewayThat('picky', SENT), canCarry: () => false }, other])
    const server = await startServer(t, { server: { gateways } })

    expect(await sendTo(server, LI)).toBe('OK')
    expect(other.calls).toEqual([`+86-${LI}`])
  })

  test('goes by a gateway that serves its area code, where the policy allows that code at all', async (t) => {
    const server = await startServer(t, { usesStoredGateways: true })
    const [chinese, british] = [await startCarrier(t), await startCarrier(t)]
    await setGateway(server, 'chinese', { ...chinese.description, area_codes: ['86'] }, 1)
    await setGateway(server, 'british', { ...british.description, area_codes: ['353', '44'] }, 2)

    expect(await sendTo(server, LONDON)).toBe('IDAAS.SDK.PARAM.9006')
    await savePolicy(server.deployment.db, sendPolicy, { area_codes: ['86', '44', '33'] })
    expect(await sendTo(server, LONDON)).toBe('OK')
    expect(await sendTo(server, LI)).toBe('OK')
    expect(await sendTo(server, '+33 6 12 34 56 78')).toBe(REFUSED)

    expect(british.messages.map(({ to }) => to)).toEqual(['+447400123456'])
    expect(chinese.messages.map(({ to }) => to)).toEqual([`+86${LI}`])
    expect(new Set((await attemptsIn(server)).map((attempt) => attempt.area_code))).toEqual(
      new Set(['44', '86']),
    )
    expect(server.logLines.join('')).toContain('no gateway for sms to 33')
  })

  test('is asked for on record before a gateway is called, and the attempt is when it is over', async (t) => {
    const arrived = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<number>()
    const server = await startServer(t, { usesStoredGateways: true })
    const carrier = await startCarrier(t, () => {
      arrived.resolve()
      return answer.promise
    })
    await setGateway(server, 'carrier', carrier.description)

    const sending = sendTo(server, LI)
    await arrived.promise
    const { db } = server.deployment
    expect(await db.selectFrom('audit_event').select('kind').execute()).toEqual([{ kind: 'code_requested' }])
    expect(await server.count('verification')).toBe(1)
    expect(await server.count('message_attempt')).toBe(0)

    answer.resolve(204)
    expect(await sending).toBe('OK')
    expect(await server.count('message_attempt')).toBe(1)
  })

  test('that was sent is not reported as lost because its record cannot be written', async (t) => {
    const taking = gatewayThat('taking', SENT)
    const server = await startServer(t, { server: { gateways: fixedGateways([taking]) } })
    await server.deployment.db.schema.dropTable('message_attempt').execute()

    expect(await sendTo(server, LI)).toBe('OK')
    expect(server.logLines.join('')).toContain('an attempt at a message is not on record')
  })

  test('in development goes to the Dev Inbox, whatever gateways there are', async (t) => {
    const server = await startServer(t, { mode: 'dev' })
    const carrier = await startCarrier(t)
    await setGateway(server, 'carrier', carrier.description)

    expect(await sendTo(server, LI)).toBe('OK')
    expect(await server.miniProgram().newestCode(LI)).toMatch(/^\d{6}$/)
    expect(carrier.messages).toEqual([])
  })
})
