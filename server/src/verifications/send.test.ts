import { describe, expect, test } from 'vitest'
import type { MiniProgram } from '../testing/mini-program.ts'
import { REGISTER_CLIENT_ID, startServer } from '../testing/server.ts'
import { type Message, fixedGateways, type Gateway, type SendOutcome } from '../messages/index.ts'
import { savePolicy } from '../platform/policy/index.ts'
import { sendPolicy } from './index.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const REFUSED = 'IDAAS.SDK.CAPTCHA.0006'
const LI = '13800138000'

/** A gateway that does as it is told and keeps what it was given. */
function gatewayThat(outcome: SendOutcome): Gateway & { readonly messages: Message[] } {
  const messages: Message[] = []
  return {
    name: 'test',
    channel: 'sms',
    messages,
    send: async (message) => {
      messages.push(message)
      return outcome
    },
  }
}

async function sendTo(program: MiniProgram, address: string, type = 'BIND_MOBILE_SMS'): Promise<string> {
  return (await program.send(address, type)).outcome
}

describe('a code', () => {
  test('goes to the address with an empty reply', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()

    expect(await program.send(LI, 'BIND_MOBILE_SMS')).toMatchObject({ httpStatus: 200, text: '' })
    expect(await program.newestCode(LI)).toMatch(/^[0-9]{6}$/)
  })

  test('goes out in the caller’s language, with the application’s name', async (t) => {
    const gateway = gatewayThat({ result: 'sent' })
    const server = await startServer(t, { server: { gateways: fixedGateways([gateway]) } })

    await server.miniProgram({ language: 'en' }).send(LI, 'BIND_MOBILE_SMS')
    await server.miniProgram({ language: 'zh' }).send('13900139000', 'BIND_MOBILE_SMS')

    expect(gateway.messages).toMatchObject([
      { language: 'en', applicationName: { en: 'Demo, bind' }, template: 'bind', expiresInSeconds: 300 },
      { language: 'zh', applicationName: { zh: '演示应用' } },
    ])
  })

  test('goes out alike whether anybody has the address or nobody', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    await server.addUser({ mobile: LI })

    const [known, unknown] = [
      await program.send(LI, 'BIND_MOBILE_SMS'),
      await program.send('13900139000', 'BIND_MOBILE_SMS'),
    ]
    expect({ ...known, headers: undefined }).toEqual({ ...unknown, headers: undefined })
    expect([...known.headers.keys()]).toEqual([...unknown.headers.keys()])
  })

  test('to a test address is not sent and spends no budget', async (t) => {
    const gateway = gatewayThat({ result: 'sent' })
    const server = await startServer(t, { server: { gateways: fixedGateways([gateway]) } })
    const program = server.miniProgram()

    expect(await sendTo(program, '11012345678')).toBe('OK')
    expect(await sendTo(program, '11012345678')).toBe('OK')
    expect(gateway.messages).toEqual([])
    expect(await server.count('budget')).toBe(0)
  })

  test('of an unknown or another channel’s type is refused', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    for (const type of ['NO_SUCH_TYPE', 'BIND_EMAIL_EMS', 'login_sms', 'toString']) {
      expect(await sendTo(program, LI, type)).toBe('IDAAS.SDK.PARAM.9005')
    }
  })

  test('goes only to area codes that are allowed', async (t) => {
    const server = await startServer(t)
    const open = await startServer(t)
    await savePolicy(open.deployment.db, sendPolicy, { area_codes: ['86', '44'] })

    expect(await sendTo(server.miniProgram(), '+44 7400 123456')).toBe('IDAAS.SDK.PARAM.9006')
    expect(await sendTo(open.miniProgram(), '+44 7400 123456')).toBe('OK')
    expect(await open.miniProgram().newestCode('+447400123456')).toMatch(/^\d{6}$/)
  })

  test('for a sign-in that is over is refused as the sign-in is', async (t) => {
    const server = await startServer(t)
    const signIn = await server.miniProgram().openSignIn('alice')
    server.clock.advance(10 * MINUTE)

    expect(await signIn.send(LI)).toMatchObject({ outcome: 'IDAAS.SDK.COMMON.1007' })
  })

  test('takes the place of the older one of its sign-in, and of no other', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    await server.addUser({ mobile: LI })
    const signIn = await program.openSignIn('alice')
    await signIn.send(LI)
    const older = await program.newestCode(LI)
    server.clock.advance(MINUTE)
    // A stranger asks for a code for Li's number.
    await program.send(LI, 'BIND_MOBILE_SMS')

    expect(await signIn.bind(LI, older)).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('that is older than the newest of its sign-in is dead', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    await server.addUser({ mobile: LI })
    const signIn = await program.openSignIn('alice')
    await signIn.send(LI)
    const older = await program.newestCode(LI)
    server.clock.advance(MINUTE)
    await signIn.send(LI)
    const newer = await program.newestCode(LI)

    if (older !== newer) {
      expect(await signIn.bind(LI, older)).toMatchObject({ outcome: 'IDAAS.SDK.CAPTCHA.0007' })
    }
    expect(await signIn.bind(LI, newer)).toMatchObject({ outcome: 'SUCCESS' })
  })
})

describe('a gateway', () => {
  test('that fails is reported; the budget is spent, so nobody can hammer it', async (t) => {
    const gateway = gatewayThat({ result: 'failed', because: 'test' })
    const server = await startServer(t, { server: { gateways: fixedGateways([gateway]) } })
    const program = server.miniProgram()

    expect(await sendTo(program, LI)).toBe(REFUSED)
    expect(await sendTo(program, LI)).toBe(REFUSED)
    expect(gateway.messages).toHaveLength(1)
  })

  test('that does not say is reported, and the code is good all the same', async (t) => {
    const gateway = gatewayThat({ result: 'unknown', because: 'test' })
    const server = await startServer(t, { server: { gateways: fixedGateways([gateway]) } })
    await server.addUser({ mobile: LI })
    const signIn = await server.miniProgram().openSignIn('alice')

    expect(await signIn.send(LI)).toMatchObject({ outcome: REFUSED })
    const [message] = gateway.messages
    const code = message !== undefined && 'verifyCode' in message ? message.verifyCode : ''
    expect(await signIn.bind(LI, code)).toMatchObject({ outcome: 'SUCCESS' })
  })
})

describe('the budget of a destination', () => {
  test('is one a minute, told with Retry-After', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    expect(await sendTo(program, LI)).toBe('OK')

    server.clock.advance(20 * SECOND)
    const early = await program.send(LI, 'BIND_MOBILE_SMS')
    expect(early).toMatchObject({ httpStatus: 400, outcome: REFUSED })
    expect(early.headers.get('retry-after')).toBe('40')

    server.clock.advance(40 * SECOND - 1)
    expect(await sendTo(program, LI)).toBe(REFUSED)
    server.clock.advance(1)
    expect(await sendTo(program, LI)).toBe('OK')
  })

  test('is five an hour', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    for (let sent = 1; sent <= 5; sent++) {
      expect(await sendTo(program, LI)).toBe('OK')
      server.clock.advance(MINUTE)
    }
    expect(await sendTo(program, LI)).toBe(REFUSED)
    server.clock.advance(55 * MINUTE)
    expect(await sendTo(program, LI)).toBe('OK')
  })

  test('is ten in 24 hours, however they are spread', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    for (let sent = 1; sent <= 10; sent++) {
      expect(await sendTo(program, LI)).toBe('OK')
      server.clock.advance(HOUR)
    }
    expect(await sendTo(program, LI)).toBe(REFUSED)
    server.clock.advance(14 * HOUR)
    expect(await sendTo(program, LI)).toBe('OK')
    expect(await sendTo(program, LI)).toBe(REFUSED)
  })

  test('is one for every spelling, purpose and application', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const elsewhere = server.miniProgram({ clientId: REGISTER_CLIENT_ID })
    expect(await sendTo(program, LI)).toBe('OK')
    expect(await sendTo(program, `+86${LI}`)).toBe(REFUSED)
    expect(await sendTo(program, `+86-${LI}`)).toBe(REFUSED)
    expect(await sendTo(program, `0086 138 0013 8000`)).toBe(REFUSED)
    expect(await sendTo(program, LI, 'REGISTER_SMS')).toBe(REFUSED)
    expect(await sendTo(elsewhere, LI)).toBe(REFUSED)

    expect(await sendTo(program, 'li@example.com', 'BIND_EMAIL_EMS')).toBe('OK')
    expect(await sendTo(program, 'L.I+2@Example.com', 'BIND_EMAIL_EMS')).toBe(REFUSED)
  })

  test('sends one message when sixteen ask at once', async (t) => {
    const gateway = gatewayThat({ result: 'sent' })
    const server = await startServer(t, { server: { gateways: fixedGateways([gateway]) } })
    const program = server.miniProgram()

    const outcomes = await Promise.all(Array.from({ length: 16 }, () => sendTo(program, LI)))

    expect(outcomes.filter((outcome) => outcome === 'OK')).toHaveLength(1)
    expect(gateway.messages).toHaveLength(1)
  })

  test('is spent from the store: a restart gives nothing back', async (t) => {
    const first = await startServer(t)
    expect(await sendTo(first.miniProgram(), LI)).toBe('OK')
    await first.stop()

    const second = await startServer(t, { data: first.data })
    expect(await sendTo(second.miniProgram(), LI)).toBe(REFUSED)
  })

  test('that has no room leaves the other budgets as they were', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    await sendTo(program, LI)
    const spent = () => server.deployment.db.selectFrom('budget').select(['name', 'spent']).execute()
    const before = await spent()

    expect(await sendTo(program, LI)).toBe(REFUSED)
    expect(await spent()).toEqual(before)
  })
})

describe('the other budgets', () => {
  test('a hundred numbers of one seven-digit prefix in an hour', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const number = (index: number) => `1380013${String(index).padStart(4, '0')}`
    for (let index = 0; index < 100; index++) expect(await sendTo(program, number(index))).toBe('OK')

    expect(await sendTo(program, number(100))).toBe(REFUSED)
    expect(await sendTo(program, '13900139000')).toBe('OK')
    server.clock.advance(HOUR + MINUTE)
    expect(await sendTo(program, number(100))).toBe('OK')
  })

  test('an IP is what a trusted proxy says, and nobody else', async (t) => {
    const server = await startServer(t, { server: { trustedProxies: ['127.0.0.1'] } })
    const program = server.miniProgram()
    for (let index = 0; index < 3; index++) {
      await program.call('email/send', {
        headers: { 'X-Forwarded-For': `203.0.113.9, 198.51.100.${index}` },
        body: { email: `person${index}@example.com`, type: 'BIND_EMAIL_EMS' },
      })
    }
    const events = await server.deployment.db.selectFrom('audit_event').select('ip').orderBy('ip').execute()
    expect(events.map(({ ip }) => ip)).toEqual(['198.51.100.0', '198.51.100.1', '198.51.100.2'])
  })

  test('three hundred an hour from one IP, whatever it says of itself', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const outcomes: string[] = []
    for (let index = 0; index < 301; index++) {
      const reply = await program.call('email/send', {
        headers: { 'X-Forwarded-For': `10.0.0.${index % 250}`, 'X-device-ip': `10.1.0.${index % 250}` },
        body: { email: `person${index}@example.com`, type: 'BIND_EMAIL_EMS' },
      })
      outcomes.push(reply.outcome)
      // Slowly: the breaker would open if two hundred within five minutes were used by nobody.
      server.clock.advance(11_000)
    }
    expect(outcomes.slice(0, 300).every((outcome) => outcome === 'OK')).toBe(true)
    expect(outcomes[300]).toBe(REFUSED)
    // Three hundred sends take their time on a busy machine.
  }, 60_000)
})
