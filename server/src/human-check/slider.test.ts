import { describe, expect, test } from 'vitest'
import { REGISTER_CLIENT_ID, startServer } from '../testing/server.ts'
import { passSlider, pointJson, seeSlider, verifySlider } from '../testing/slider.ts'
import { productionHumanCheck } from './index.ts'
import {
  SECOND,
  MINUTE,
  LI,
  WANG,
  EXPIRED,
  MISMATCH,
  MISSING,
  MALFORMED,
  SEND_REFUSED,
  startStrict,
  send,
  encrypt,
  atOnce,
} from '../testing/strict-sending.ts'

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
