import { expect, test, type TestContext } from 'vitest'
import { startWeChatEmulator, type WeChatEmulator } from './wechat.ts'

const SHOP = { appId: 'wx0000000000000001', appSecret: 'shop-secret', openPlatform: 'acme' }
const GAME = { appId: 'wx0000000000000002', appSecret: 'game-secret', openPlatform: 'acme' }
const LONE = { appId: 'wx0000000000000003', appSecret: 'lone-secret' }

async function start(t: TestContext, now = () => 0): Promise<WeChatEmulator> {
  const emulator = await startWeChatEmulator({ clock: { now } }, async () => [SHOP, GAME, LONE])
  t.onTestFinished(() => emulator.close())
  return emulator
}

interface Answer {
  readonly type: string | null
  readonly text: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** Asks as WeChat is asked; `parameters` replace or (empty) take away ours. */
async function ask(emulator: WeChatEmulator, parameters: Record<string, string>): Promise<Answer> {
  const url = new URL('/sns/jscode2session', emulator.apiBase)
  url.search = new URLSearchParams({
    appid: SHOP.appId,
    secret: SHOP.appSecret,
    grant_type: 'authorization_code',
    ...parameters,
  }).toString()
  return read(await fetch(url))
}

async function read(response: Response): Promise<Answer> {
  expect(response.status).toBe(200)
  const text = await response.text()
  const fields: unknown = JSON.parse(text)
  if (typeof fields !== 'object' || fields === null) throw new Error('not an object')
  return { type: response.headers.get('content-type'), text, fields: { ...fields } }
}

test('a person comes as WeChat sends one: session_key, openid and unionid as JSON in text/plain', async (t) => {
  const { type, text, fields } = await ask(await start(t), { js_code: 'mock:alice' })

  expect(type).toBe('text/plain')
  expect(Object.keys(fields)).toEqual(['session_key', 'openid', 'unionid'])
  expect(fields['session_key']).toMatch(/^[A-Za-z0-9+/]{22}==$/)
  expect(fields['openid']).toMatch(/^o[\w-]{27}$/)
  expect(fields['unionid']).toMatch(/^o[\w-]{27}$/)
  expect(text).not.toMatch(/[^\\]\//)
})

test('a person has one openid at each mini program, and one unionid where they share an account', async (t) => {
  const emulator = await start(t)
  const at = async ({ appId, appSecret }: typeof LONE) =>
    (await ask(emulator, { appid: appId, secret: appSecret, js_code: 'mock:alice' })).fields

  const [shop, again, game, lone] = [await at(SHOP), await at(SHOP), await at(GAME), await at(LONE)]
  const bob = (await ask(emulator, { js_code: 'mock:bob' })).fields

  expect(again['openid']).toBe(shop['openid'])
  expect(again['session_key']).not.toBe(shop['session_key'])
  expect(game['openid']).not.toBe(shop['openid'])
  expect(game['unionid']).toBe(shop['unionid'])
  expect(lone).not.toHaveProperty('unionid')
  expect(bob['openid']).not.toBe(shop['openid'])
  expect(bob['unionid']).not.toBe(shop['unionid'])
})

test('the ids of a person are the same on every machine', async (t) => {
  const { fields } = await ask(await start(t), { js_code: 'mock:alice' })

  expect(fields['openid']).toBe('oFU5Cdj_zQ3XaMIwfiSRPBAMWH0G')
  expect(fields['unionid']).toBe('oDtcrBvhllG1T6jadEfCFLnNrm_N')
})

test('an issued code and a typed one lead to the same person', async (t) => {
  const emulator = await start(t)

  const typed = await ask(emulator, { js_code: 'mock:alice' })
  const issued = await ask(emulator, { js_code: emulator.issueLoginCode('alice') })

  expect(issued.fields['openid']).toBe(typed.fields['openid'])
})

test('a persona may have no unionid, and a phone number', async (t) => {
  const emulator = await start(t)
  const keysFor = async (js_code: string) => Object.keys((await ask(emulator, { js_code })).fields)

  expect(await keysFor('mock:alice?unionid=0')).not.toContain('unionid')
  expect(await keysFor('mock:alice?phone=13800138000')).toContain('unionid')
  expect(await keysFor('mock:alice?phone=13800138000&unionid=0')).not.toContain('unionid')
  expect(await keysFor(emulator.issueLoginCode('alice?unionid=0'))).not.toContain('unionid')
})

test('a typed code works without percent-encoding, as one types it behind curl', async (t) => {
  const emulator = await start(t)
  const query = `appid=${SHOP.appId}&secret=${SHOP.appSecret}&grant_type=authorization_code`

  const { fields } = await read(
    await fetch(`${emulator.apiBase.href}sns/jscode2session?${query}&js_code=mock:alice?unionid=0`),
  )

  expect(fields['openid']).toBeDefined()
  expect(fields['unionid']).toBeUndefined()
})

test.for([
  ['no appid', { appid: '' }, 41002, 'appid missing'],
  ['no secret', { secret: '' }, 41004, 'appsecret missing'],
  ['no code', { js_code: '' }, 41008, 'missing code'],
  ['another grant_type', { grant_type: 'client_credential' }, 40002, 'invalid grant_type'],
  ['an unknown appid', { appid: 'wx9' }, 40013, 'invalid appid'],
  ['a wrong secret', { secret: 'wrong' }, 40125, 'invalid appsecret'],
  ["another mini program's secret", { secret: GAME.appSecret }, 40125, 'invalid appsecret'],
  ['a code that nobody issued', { js_code: '0'.repeat(32) }, 40029, 'invalid code'],
  ['nobody', { js_code: 'mock:' }, 40029, 'invalid code'],
  ['an option that there is not', { js_code: 'mock:alice?unoinid=0' }, 40029, 'invalid code'],
  [
    'an errcode',
    { js_code: 'mock:error:45011' },
    45011,
    'api minute-quota reach limit, must slower, retry next minute',
  ],
  ['a negative errcode', { js_code: 'mock:error:-1' }, -1, 'system error'],
  ['an errcode that WeChat has not', { js_code: 'mock:error:12345' }, 12345, 'error'],
] satisfies [string, Record<string, string>, number, string][])(
  '%s gets the errcode that WeChat gives, with an id of the request',
  async ([, parameters, errcode, errmsg], t) => {
    const emulator = await start(t, () => 0x61adc662 * 1_000)

    const { fields } = await ask(emulator, { js_code: 'mock:alice', ...parameters })

    expect(Object.keys(fields)).toEqual(['errcode', 'errmsg'])
    expect(fields['errcode']).toBe(errcode)
    const [text, rid] = String(fields['errmsg']).split(', rid: ')
    expect(text).toBe(errmsg)
    expect(rid).toMatch(/^61adc662-[0-9a-f]{8}-[0-9a-f]{8}$/)
  },
)

test('an issued code is used once, and a used one says so until it expires', async (t) => {
  let now = 0
  const emulator = await start(t, () => now)
  const code = emulator.issueLoginCode('alice')
  const errcode = async () => (await ask(emulator, { js_code: code })).fields['errcode']

  expect(await errcode()).toBeUndefined()
  expect(await errcode()).toBe(40163)
  now = 5 * 60 * 1_000
  expect(await errcode()).toBe(40029)
})

test('a code survives a call with the wrong secret', async (t) => {
  const emulator = await start(t)
  const js_code = emulator.issueLoginCode('alice')

  await ask(emulator, { js_code, secret: 'wrong' })

  expect((await ask(emulator, { js_code })).fields['openid']).toBeDefined()
})

test('another path and another method get an errcode too', async (t) => {
  const emulator = await start(t)

  const elsewhere = await read(await fetch(new URL('/cgi-bin/nothing', emulator.apiBase)))
  const posted = await read(
    await fetch(new URL('/sns/jscode2session', emulator.apiBase), { method: 'POST', body: '{}' }),
  )

  expect(elsewhere.fields['errcode']).toBe(40066)
  expect(posted.fields['errcode']).toBe(43001)
})

test.for(['', '?unionid=0', 'error:40029', 'alice?unionid=2', 'alice?phone=', 'a'.repeat(65)])(
  'no code is issued to the persona "%s"',
  async (persona, t) => {
    const emulator = await start(t)

    expect(() => emulator.issueLoginCode(persona)).toThrow(RangeError)
  },
)

test('closing ends connections that are still open', async () => {
  const emulator = await startWeChatEmulator({ clock: { now: () => 0 } }, async () => [SHOP])
  await ask(emulator, { js_code: 'mock:alice' })

  await emulator.close()

  await expect(fetch(emulator.apiBase)).rejects.toThrow('fetch failed')
})
