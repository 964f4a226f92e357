import { createCipheriv } from 'node:crypto'
import { describe, expect, test, type TestContext } from 'vitest'
import { REGISTER_CLIENT_ID, startServer, type TestServer } from '../testing/server.ts'
import { passSlider, pointJson, seeSlider, verifySlider } from '../testing/slider.ts'
import { savePolicy } from '../platform/policy/index.ts'
import { humanCheckPolicy, productionHumanCheck } from './index.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const LI = '13800138000'
const WANG = '13900139000'

const FAILED = 'IDAAS.SDK.CAPTCHA.0002'
const EXPIRED = 'IDAAS.SDK.CAPTCHA.0003'
const MISMATCH = 'IDAAS.SDK.CAPTCHA.0004'
const MISSING = 'IDAAS.SDK.CAPTCHA.9001'
const TOO_MANY = 'IDAAS.SDK.CAPTCHA.9002'
const MALFORMED = 'IDAAS.SDK.PARAM.9002'
const SEND_REFUSED = 'IDAAS.SDK.CAPTCHA.0006'

/** A server that sends no code without a check. */
async function startStrict(t: TestContext): Promise<TestServer> {
  const server = await startServer(t, { server: { humanCheck: productionHumanCheck } })
  await savePolicy(server.deployment.db, humanCheckPolicy, { when: 'always' })
  return server
}

function send(server: TestServer, address: string, captchaToken: unknown, clientId?: string) {
  const isEmail = address.includes('@')
  return server
    .miniProgram({ ...(clientId !== undefined && { clientId }) })
    .call(`${isEmail ? 'email' : 'sms'}/send`, {
      body: {
        [isEmail ? 'email' : 'mobile']: address,
        type: isEmail ? 'BIND_EMAIL_EMS' : 'BIND_MOBILE_SMS',
        captcha_token: captchaToken,
      },
    })
}

/** AES-128-ECB with PKCS #7 padding, as the clients of this slider encrypt. */
function encrypt(text: string, secretKey: string): string {
  const cipher = createCipheriv('aes-128-ecb', secretKey, null)
  return cipher.update(text, 'utf8', 'base64') + cipher.final('base64')
}

const atOnce = <Result>(act: () => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: 16 }, act))

test('a slider comes in the form that its clients know', async (t) => {
  const server = await startServer(t)
  const { body, httpStatus } = await server.miniProgram().call('captcha', { method: 'GET' })

  expect(httpStatus).toBe(200)
  expect(Object.keys(body)).toEqual([
    'captchaId',
    'projectCode',
    'captchaOriginalPath',
    'captchaFontType',
    'captchaFontSize',
    'secretKey',
    'originalImageBase64',
    'point',
    'jigsawImageBase64',
    'wordList',
    'pointList',
    'pointJson',
    'token',
    'result',
    'captchaVerification',
  ])
  expect(body).toMatchObject({
    secretKey: expect.stringMatching(/^[A-Za-z0-9]{16}$/),
    token: expect.stringMatching(/^[0-9a-f]{32}$/),
    originalImageBase64: expect.stringMatching(/^iVBORw0KGgo/),
    jigsawImageBase64: expect.stringMatching(/^iVBORw0KGgo/),
    result: false,
  })
  expect(Object.values(body).filter((value) => value === null)).toHaveLength(10)
})

describe('a slider that is solved', () => {
  test('is worth one code, to the address that was named', async (t) => {
    const server = await startStrict(t)
    const program = server.miniProgram()
    const slider = await seeSlider(program)
    const { body } = await verifySlider(program, slider, slider.x, LI)
    expect(body).toEqual({ captcha_token: `${slider.token}---${pointJson(slider.x)}` })

    expect((await send(server, WANG, body['captcha_token'])).outcome).toBe(MISMATCH)
    expect((await send(server, LI, body['captcha_token'])).outcome).toBe('OK')
    server.clock.advance(MINUTE)
    const again = await send(server, LI, body['captcha_token'])
    expect(again.outcome).toBe(EXPIRED)
    expect(again.headers.get('x-human-check')).toBe('slider, proof_of_work')
    expect(await server.count('verification')).toBe(1)
  })

  test.for([
    [LI, '+86-13800138000'],
    ['+86 138 0013 8000', LI],
    ['Li.Ming@Example.com', 'li.ming@example.com'],
  ] as const)('for %s is for %s, which is the same address', async ([sender, address], t) => {
    const server = await startStrict(t)
    const credential = await passSlider(server.miniProgram(), sender)
    expect((await send(server, address, credential)).outcome).toBe('OK')
  })

  test('by a client that encrypts is worth the same, in either spelling', async (t) => {
    const server = await startStrict(t)
    const program = server.miniProgram()
    for (const [address, isWhole] of [
      [LI, true],
      [WANG, false],
    ] as const) {
      const slider = await seeSlider(program)
      const encrypted = encrypt(pointJson(slider.x), slider.secretKey)
      const { body } = await program.call('captcha/verify', {
        body: { token: slider.token, sender: address, point_json: encrypted },
      })
      expect(body).toEqual({ captcha_token: `${slider.token}---${encrypted}` })
      const whole = encrypt(`${slider.token}---${pointJson(slider.x)}`, slider.secretKey)
      expect((await send(server, address, isWhole ? whole : body['captcha_token'])).outcome).toBe('OK')
      server.clock.advance(MINUTE)
      // The other spelling is the same credential, and used.
      expect((await send(server, address, isWhole ? body['captcha_token'] : whole)).outcome).toBe(EXPIRED)
    }
  })

  test('is of no use to another application', async (t) => {
    const server = await startStrict(t)
    const credential = await passSlider(server.miniProgram(), LI)
    expect((await send(server, LI, credential, REGISTER_CLIENT_ID)).outcome).toBe(MISMATCH)
    expect((await send(server, LI, credential)).outcome).toBe('OK')
  })

  test('is good for three minutes', async (t) => {
    const server = await startStrict(t)
    const [early, late] = [
      await passSlider(server.miniProgram(), LI),
      await passSlider(server.miniProgram(), WANG),
    ]
    server.clock.advance(180 * SECOND - 1)
    expect((await send(server, LI, early)).outcome).toBe('OK')
    server.clock.advance(1)
    expect((await send(server, WANG, late)).outcome).toBe(EXPIRED)
  })

  test('sends one code to sixteen who come at once, and is not spent by a send that is refused', async (t) => {
    const server = await startStrict(t)
    const credential = await passSlider(server.miniProgram(), LI)
    const outcomes = (await atOnce(() => send(server, LI, credential))).map(({ outcome }) => outcome)
    expect(outcomes.filter((outcome) => outcome === 'OK')).toHaveLength(1)
    expect(new Set(outcomes)).toEqual(new Set(['OK', SEND_REFUSED]))

    const next = await passSlider(server.miniProgram(), LI)
    expect((await send(server, LI, next)).outcome).toBe(SEND_REFUSED)
    server.clock.advance(MINUTE)
    expect((await send(server, LI, next)).outcome).toBe('OK')
  })

  test('is used once by sixteen at once whom no budget holds back', async (t) => {
    const server = await startStrict(t)
    const mailbox = 'li@example.com'
    const budget = { name: 'send to destination', grainMs: 1, limits: [{ max: 100, perMs: MINUTE }] }
    const free = await startServer(t, {
      data: server.data,
      clock: server.clock,
      server: {
        humanCheck: productionHumanCheck,
        sendBudgets: {
          destination: budget,
          ip: undefined,
          prefix: undefined,
          application: { ...budget, name: 'send for application' },
          deployment: { ...budget, name: 'send for deployment' },
        },
      },
    })
    const credential = await passSlider(free.miniProgram(), mailbox)
    const outcomes = (await atOnce(() => send(free, mailbox, credential))).map(({ outcome }) => outcome)
    expect(outcomes.filter((outcome) => outcome === 'OK')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === EXPIRED)).toHaveLength(15)
  })
})

describe('the place of the piece', () => {
  test.for([-5, 5])('may be %i pixels off', async (off, t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const slider = await seeSlider(program)
    expect((await verifySlider(program, slider, slider.x + off, LI)).outcome).toBe('OK')
  })

  test.for([-6, 6, -5.1, 5.1])('may not be %d pixels off', async (off, t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const slider = await seeSlider(program)
    expect((await verifySlider(program, slider, slider.x + off, LI)).outcome).toBe(FAILED)
  })

  test.for([
    '{"x":X,"y":4.0}',
    '{"x":"X","y":5.0}',
    '{"x":X}',
    '[X,5]',
    '{"x":1e999,"y":5.0}',
    'X',
    '{"x":X,"y":5.0',
    'null',
    '{}',
    Buffer.alloc(16, 9).toString('base64'),
  ])('written as %s is wrong, and costs the picture', async (text, t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const slider = await seeSlider(program)
    const verify = (point: string) =>
      program.call('captcha/verify', { body: { token: slider.token, sender: LI, point_json: point } })

    expect((await verify(text.replace('X', String(slider.x)))).outcome).toBe(FAILED)
    expect((await verify(pointJson(slider.x))).outcome).toBe(FAILED)
  })
})

describe('a picture', () => {
  test('is looked at once, of sixteen at once', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const slider = await seeSlider(program)
    const replies = await atOnce(() => verifySlider(program, slider, slider.x, LI))
    expect(replies.filter(({ outcome }) => outcome === 'OK')).toHaveLength(1)
    expect(replies.filter(({ outcome }) => outcome === FAILED)).toHaveLength(15)
  })

  test('lives two minutes', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const [early, late] = [await seeSlider(program), await seeSlider(program)]
    server.clock.advance(120 * SECOND - 1)
    expect((await verifySlider(program, early, early.x, LI)).outcome).toBe('OK')
    server.clock.advance(1)
    expect((await verifySlider(program, late, late.x, LI)).outcome).toBe(FAILED)
  })

  test('of one application is none of another, and stays what it was', async (t) => {
    const server = await startServer(t)
    const slider = await seeSlider(server.miniProgram())
    const stranger = server.miniProgram({ clientId: REGISTER_CLIENT_ID })
    expect((await verifySlider(stranger, slider, slider.x, LI)).outcome).toBe(FAILED)
    expect((await verifySlider(server.miniProgram(), slider, slider.x, LI)).outcome).toBe('OK')
  })

  test('is not spent by an address that is none', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const slider = await seeSlider(program)
    for (const sender of ['12', 'li@', 'li@例子.com', '+99 999']) {
      const { outcome } = await verifySlider(program, slider, slider.x, sender)
      expect(outcome).toMatch(/^IDAAS\.SDK\.USER\.90/)
    }
    expect((await verifySlider(program, slider, slider.x, LI)).outcome).toBe('OK')
  })

  test('may be asked for sixty times a minute from one network', async (t) => {
    const server = await startServer(t, { server: { humanCheck: productionHumanCheck } })
    const get = () => server.miniProgram().call('captcha', { method: 'GET' })
    for (let index = 0; index < 60; index++) expect((await get()).httpStatus).toBe(200)
    const refused = await get()
    expect(refused.outcome).toBe(TOO_MANY)
    expect(refused.headers.get('retry-after')).toBe('60')
    expect(await server.count('human_check_slider')).toBe(60)

    server.clock.advance(MINUTE)
    expect((await get()).httpStatus).toBe(200)
  })

  test('is answered wrongly sixty times an hour from one network, and right answers cost nothing', async (t) => {
    const server = await startServer(t, { server: { humanCheck: productionHumanCheck } })
    const program = server.miniProgram()
    const guess = () => verifySlider(program, { token: 'f'.repeat(32) }, 100, LI)
    for (let index = 0; index < 59; index++) expect((await guess()).outcome).toBe(FAILED)
    await passSlider(program, LI)
    expect((await guess()).outcome).toBe(FAILED)

    const slider = await seeSlider(program)
    expect((await verifySlider(program, slider, slider.x, LI)).outcome).toBe(TOO_MANY)
    server.clock.advance(60 * MINUTE)
    await passSlider(program, LI)
  })
})

const GARBAGE: readonly unknown[] = [
  1,
  true,
  null,
  {},
  [],
  ['x'],
  '',
  ' ',
  '\u0000',
  'a\nb',
  'x'.repeat(5000),
  '---',
  '{"x":1,"y":5}',
  '\u{1f600}',
  'constructor',
]

test.for(['point_json', 'token', 'sender'])('garbage in %s is refused as documented', async (field, t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  for (const value of GARBAGE) {
    const body = { point_json: pointJson(100), token: 'f'.repeat(32), sender: LI, [field]: value }
    const reply = await program.call('captcha/verify', { body })
    expect(reply.httpStatus, `${field}: ${String(value)}`).toBe(400)
    expect(reply.outcome).toMatch(/^IDAAS\.SDK\.(PARAM\.90\d\d|USER\.90\d\d|CAPTCHA\.0002)$/)
  }
})

test('garbage in captcha_token is refused where a check is wanted, and passed over where none is', async (t) => {
  const strict = await startStrict(t)
  const free = await startServer(t)
  const texts = GARBAGE.filter(
    (value) => typeof value === 'string' && value.length <= 1024 && value !== '\u0000',
  )
  for (const [index, value] of [...texts, btoa('{}'), btoa('{"challenge":{},"solution":{}}')].entries()) {
    const refused = await send(strict, LI, value)
    expect(refused.outcome).toBe(String(value).trim() === '' ? MISSING : MISMATCH)
    expect(refused.headers.get('x-human-check')).toBe('slider, proof_of_work')
    expect(Object.keys(refused.body)).toEqual(['error_code', 'error_msg'])
    expect((await send(free, `person${index}@example.com`, value)).outcome).toBe('OK')
  }
  for (const value of [1, true, {}, [], 'x'.repeat(5000)]) {
    expect((await send(strict, LI, value)).outcome).toBe(MALFORMED)
  }
  expect((await send(strict, LI, null)).outcome).toBe(MISSING)
  expect((await send(strict, LI, undefined)).outcome).toBe(MISSING)
})
