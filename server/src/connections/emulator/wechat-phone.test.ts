import { expect, test, type TestContext } from 'vitest'
import { z } from 'zod'
import type { EmulatedMiniProgram } from './mini-program.ts'
import { startWeChatEmulator, type WeChatEmulator } from './wechat.ts'

const SHOP = { appId: 'wx0000000000000001', appSecret: 'shop-secret', openPlatform: 'acme' }
const GAME = { appId: 'wx0000000000000002', appSecret: 'game-secret' }
const MINUTE = 60 * 1_000
const SECONDS = 1_637_744_274

/** An emulator whose clock stands until it is moved. */
async function start(t: TestContext, miniPrograms: EmulatedMiniProgram[] = [SHOP, GAME]) {
  const clock = { at: SECONDS * 1_000, now: () => clock.at }
  const emulator = await startWeChatEmulator({ clock }, async () => miniPrograms)
  t.onTestFinished(() => emulator.close())
  return { emulator, clock }
}

const fieldsOf = z.record(z.string(), z.unknown())

async function post(emulator: WeChatEmulator, path: string, body: string | object) {
  const response = await fetch(new URL(path, emulator.apiBase), {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/plain')
  return fieldsOf.parse(await response.json())
}

function askToken(emulator: WeChatEmulator, changes: object = {}) {
  return post(emulator, '/cgi-bin/stable_token', {
    grant_type: 'client_credential',
    appid: SHOP.appId,
    secret: SHOP.appSecret,
    ...changes,
  })
}

async function tokenOf(emulator: WeChatEmulator, changes: object = {}): Promise<string> {
  return String((await askToken(emulator, changes))['access_token'])
}

function askPhone(emulator: WeChatEmulator, token: string, body: string | object) {
  return post(emulator, `/wxa/business/getuserphonenumber?access_token=${token}`, body)
}

const mock = { code: 'mock:alice?phone=13800138000' }

test('a token comes as WeChat sends one', async (t) => {
  const { emulator } = await start(t)

  expect(await askToken(emulator)).toEqual({
    access_token: expect.stringMatching(/^80_[A-Za-z0-9]{133}$/),
    expires_in: 7_200,
  })
})

test('everybody who asks gets the same token until five minutes before its end, then the next one', async (t) => {
  const { emulator, clock } = await start(t)
  const first = await tokenOf(emulator)

  clock.at += 115 * MINUTE - 1_000
  expect(await askToken(emulator)).toEqual({ access_token: first, expires_in: 301 })
  clock.at += 1_000
  const next = await askToken(emulator)

  expect(next['expires_in']).toBe(7_200)
  expect(next['access_token']).not.toBe(first)
  expect(emulator.tokensGiven(SHOP.appId)).toBe(3)
  expect(emulator.tokensGiven(GAME.appId)).toBe(0)
  // Both are good until the first one ends.
  for (const token of [first, String(next['access_token'])]) {
    expect(await askPhone(emulator, token, mock)).toMatchObject({ errcode: 0 })
  }
  clock.at += 5 * MINUTE
  expect(await askPhone(emulator, first, mock)).toMatchObject({ errcode: 42001 })
})

test('a forced refresh ends the token that was there, and another within 30 seconds changes nothing', async (t) => {
  const { emulator, clock } = await start(t)
  const first = await tokenOf(emulator)

  const second = await tokenOf(emulator, { force_refresh: true })
  expect(second).not.toBe(first)
  expect(await askPhone(emulator, first, mock)).toMatchObject({ errcode: 40001 })
  expect(await tokenOf(emulator)).toBe(second)
  clock.at += 29_999
  expect(await tokenOf(emulator, { force_refresh: true })).toBe(second)
  clock.at += 1
  expect(await tokenOf(emulator, { force_refresh: true })).not.toBe(second)
})

test('a refresh can be forced twenty times a day', async (t) => {
  const { emulator, clock } = await start(t)
  for (let time = 1; time <= 20; time++) {
    expect(await askToken(emulator, { force_refresh: true })).toMatchObject({ expires_in: 7_200 })
    clock.at += 30_000
  }

  expect(await askToken(emulator, { force_refresh: true })).toMatchObject({ errcode: 45009 })
  clock.at += 24 * 60 * MINUTE - 20 * 30_000
  expect(await askToken(emulator, { force_refresh: true })).toMatchObject({ expires_in: 7_200 })
})

test.for([
  ['no appid', { appid: '' }, 41002],
  ['no secret', { secret: '' }, 41004],
  ['another grant_type', { grant_type: 'authorization_code' }, 40002],
  ['an unknown appid', { appid: 'wx9' }, 40013],
  ['a wrong secret', { secret: 'wrong' }, 40125],
  ["another mini program's secret", { secret: GAME.appSecret }, 40125],
  ['another type', { force_refresh: 'no' }, 47001],
] as const)('a token is not given for %s', async ([, changes, errcode], t) => {
  const { emulator } = await start(t)

  const answer = await askToken(emulator, changes)

  expect(answer['errcode']).toBe(errcode)
  expect(answer['errmsg']).toMatch(/, rid: 619dfe92-[0-9a-f]{8}-[0-9a-f]{8}$/)
  expect(emulator.tokensGiven(SHOP.appId)).toBe(0)
})

test.for(['/cgi-bin/stable_token', '/wxa/business/getuserphonenumber'])(
  '%s wants a POST with JSON in it',
  async (path, t) => {
    const { emulator } = await start(t)
    const withToken = `${path}?access_token=${await tokenOf(emulator)}`

    const got = await fetch(new URL(withToken, emulator.apiBase))

    expect(await got.json()).toMatchObject({ errcode: 43002 })
    expect(await post(emulator, withToken, '')).toMatchObject({ errcode: 44002 })
    expect(await post(emulator, withToken, '{')).toMatchObject({ errcode: 47001 })
    expect(await post(emulator, withToken, '[]')).toMatchObject({ errcode: 47001 })
  },
)

test('a number comes as WeChat sends one, with the watermark of the mini program that asks', async (t) => {
  const { emulator } = await start(t)
  const credentials = { appid: GAME.appId, secret: GAME.appSecret }

  expect(await askPhone(emulator, await tokenOf(emulator, credentials), mock)).toEqual({
    errcode: 0,
    errmsg: 'ok',
    phone_info: {
      phoneNumber: '13800138000',
      purePhoneNumber: '13800138000',
      countryCode: '86',
      watermark: { timestamp: SECONDS, appid: GAME.appId },
    },
  })
})

test('a number of another country has its area code', async (t) => {
  const { emulator } = await start(t)
  const token = await tokenOf(emulator)
  const phone = { phoneNumber: '+852 51234567', purePhoneNumber: '51234567', countryCode: '852' }

  const typed = await askPhone(emulator, token, { code: 'mock:alice?phone=852-51234567' })
  const issued = await askPhone(emulator, token, {
    code: emulator.issuePhoneCode('alice', '+852-51234567'),
  })

  expect(typed['phone_info']).toMatchObject(phone)
  expect(issued['phone_info']).toMatchObject(phone)
})

test('an issued code is good once, for five minutes, and tells when it was given', async (t) => {
  const { emulator, clock } = await start(t)
  const token = await tokenOf(emulator)
  const [early, late] = [1, 2].map(() => emulator.issuePhoneCode('alice', '13800138000'))
  expect(early).toMatch(/^[0-9a-f]{64}$/)

  clock.at += 5 * MINUTE - 1
  expect(await askPhone(emulator, token, { code: early })).toMatchObject({
    phone_info: { purePhoneNumber: '13800138000', watermark: { timestamp: SECONDS } },
  })
  expect(await askPhone(emulator, token, { code: early })).toMatchObject({ errcode: 40029 })
  clock.at += 1
  expect(await askPhone(emulator, token, { code: late })).toMatchObject({ errcode: 40029 })
})

test.for([
  ['a code that nobody issued', 'f'.repeat(64), 40029],
  ['somebody without a number', 'mock:alice', 40029],
  ['nobody', 'mock:', 40029],
  ['a number that is none', 'mock:alice?phone=1380013800x', 40029],
  ['an errcode', 'mock:error:45011', 45011],
  ['a negative errcode', 'mock:error:-1', -1],
] as const)('%s gets the errcode that WeChat gives', async ([, code, errcode], t) => {
  const { emulator } = await start(t)

  const answer = await askPhone(emulator, await tokenOf(emulator), { code })

  expect(Object.keys(answer)).toEqual(['errcode', 'errmsg'])
  expect(answer['errcode']).toBe(errcode)
})

test('a code survives a call without a good token', async (t) => {
  const { emulator } = await start(t)
  const code = emulator.issuePhoneCode('alice', '13800138000')

  expect(await askPhone(emulator, '', { code })).toMatchObject({ errcode: 41001 })
  expect(await askPhone(emulator, 'x', { code })).toMatchObject({ errcode: 40001 })
  expect(await askPhone(emulator, await tokenOf(emulator), { code })).toMatchObject({ errcode: 0 })
})

test('a mini program that is configured later is known from then on', async (t) => {
  const miniPrograms: EmulatedMiniProgram[] = [SHOP]
  const { emulator } = await start(t, miniPrograms)
  const credentials = { appid: GAME.appId, secret: GAME.appSecret }
  expect(await askToken(emulator, credentials)).toMatchObject({ errcode: 40013 })

  miniPrograms.push(GAME)

  expect(await askToken(emulator, credentials)).toMatchObject({ expires_in: 7_200 })
})

test.for([
  ['', '13800138000'],
  ['error:40029', '13800138000'],
  ['alice', ''],
  ['alice', '138'],
  ['alice', '13800138000x'],
  ['alice', '0-13800138000'],
] as const)('no code is issued to the persona "%s" with the phone "%s"', async ([persona, phone], t) => {
  const { emulator } = await start(t)

  expect(() => emulator.issuePhoneCode(persona, phone)).toThrow(RangeError)
})
