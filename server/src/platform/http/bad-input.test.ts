import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { bodyOf, callOf, everyPost, fieldsOf } from '../../testing/every-endpoint.ts'
import { exchangeRaw } from '../../testing/raw-http.ts'
import { expectEachRefused, expectUntouched, startUntouchable } from '../../testing/untouchable.ts'

const FIELD_MISSING = 'IDAAS.SDK.PARAM.9001'
const FIELD_MALFORMED = 'IDAAS.SDK.PARAM.9002'
const BODY_UNREADABLE = 'IDAAS.SDK.PARAM.9003'
const ADDRESS_CHOICE = 'IDAAS.SDK.PARAM.9007'

const withBody = everyPost.filter((endpoint) => fieldsOf(endpoint).all.length > 0)

/** Not those of which every field may be absent. */
const wanting = withBody.filter((endpoint) => fieldsOf(endpoint).required.length > 0)

/** Other types, and texts that no field can be. */
const badValues: Readonly<Record<string, unknown>> = {
  'a number': 13_800_138_000,
  'a fraction': 0.5,
  'an array': ['13800138000'],
  'an empty array': [],
  'an object': { $ne: null },
  true: true,
  false: false,
  null: null,
  'an empty text': '',
  blanks: '   ',
  '10 kB': '1'.repeat(10_000),
  '1025 characters': '1'.repeat(1_025),
  'full-width digits': '１３８００１３８０００',
  'Arabic digits': '٢٣٢٣٢٦',
  'a text with a line break at its end': '13800138000\n',
  'a text with a line break at its front': '\r\n13800138000',
  'a text with a tab in it': '138\t00138000',
  'a path': '../../etc/passwd',
  'a piece of SQL': "' or 1=1 --",
}

/** Fields that may be absent and of which nothing is made: any short text will do. */
const UNREAD = new Set(['captcha_token'])

/** Where a person writes of himself what he likes, or nothing. */
const PROFILE = '/api/v2/sdk/profile/update'

/** Whatever people type can be a password, if it has no more bytes than this. */
const PASSWORDS = new Set(['password', 'old_password', 'new_password', 'pwd'])
const LONGEST_PASSWORD = 256

function isBad(path: string, field: string, value: unknown): boolean {
  if (PASSWORDS.has(field)) {
    return typeof value !== 'string' || value.length > LONGEST_PASSWORD || /\p{Cc}/u.test(value)
  }
  if (field === 'extension') return typeof value !== 'object' || value === null || Array.isArray(value)
  if (field === 'trust_device') return typeof value !== 'boolean'
  if (path === PROFILE) return typeof value !== 'string' || value.length > 1_024 || /\p{Cc}/u.test(value)
  // Whatever it is, somebody may sign in by that name, or try to.
  if (field === 'user_name') {
    return typeof value !== 'string' || value.trim() === '' || value.length > 1_024 || /\p{Cc}/u.test(value)
  }
  if (!UNREAD.has(field)) return true
  return value !== null && !(typeof value === 'string' && value.length <= 1_024)
}

test('a field of another type, or a text that it cannot be, is refused', { timeout: 60_000 }, async (t) => {
  const server = await startUntouchable(t)

  await expectEachRefused(
    server,
    withBody.flatMap((endpoint) =>
      fieldsOf(endpoint).all.flatMap((field) =>
        Object.entries(badValues)
          .filter(([, value]) => isBad(endpoint.path, field, value))
          .map(([says, value]) => ({
            endpoint,
            says: `${field} is ${says}`,
            request: callOf(endpoint, server.credentials, {
              body: JSON.stringify({ ...bodyOf(endpoint), [field]: value }),
            }),
            ...(typeof value !== 'string' && { codes: [FIELD_MISSING, FIELD_MALFORMED] }),
          })),
      ),
    ),
  )
})

test('a line break, or another control character, reaches no rule', async (t) => {
  const server = await startUntouchable(t)
  const control = ['\n', '\r', '\t', '\x01', '\x1b', '\x7f', '\x85']

  await expectEachRefused(
    server,
    withBody.flatMap((endpoint) =>
      Object.entries(bodyOf(endpoint)).flatMap(([field, good]) =>
        (typeof good === 'string' ? control : [])
          .flatMap((character) => [`${String(good)}${character}`, `${character}${String(good)}`])
          .map((text) => ({
            endpoint,
            says: `${field} is ${JSON.stringify(text)}`,
            request: callOf(endpoint, server.credentials, {
              body: JSON.stringify({ ...bodyOf(endpoint), [field]: text }),
            }),
            codes: [FIELD_MALFORMED],
          })),
      ),
    ),
  )
})

test('a field that is not there is named', async (t) => {
  const server = await startUntouchable(t)
  for (const endpoint of withBody) {
    for (const field of fieldsOf(endpoint).required) {
      const body = JSON.stringify({ ...bodyOf(endpoint), [field]: undefined })

      const reply = await exchangeRaw(server.url, callOf(endpoint, server.credentials, { body }))

      expect(JSON.parse(reply.text)).toEqual({ error_code: FIELD_MISSING, error_msg: `参数${field}不能为空` })
    }
  }
  await expectUntouched(server)
})

test('of two addresses none is chosen, and without one there is nothing to prove', async (t) => {
  const server = await startUntouchable(t)
  const proving = withBody.filter((endpoint) => {
    const { all } = fieldsOf(endpoint)
    // Whoever is signed in need not say which address is his.
    if (endpoint.credentials.Authorization === 'optional') return false
    return ['mobile', 'email', 'verify_code'].every((field) => all.includes(field))
  })

  await expectEachRefused(
    server,
    proving.flatMap((endpoint) =>
      [{}, { mobile: '13800138000', email: 'li@example.com' }].map((addresses) => ({
        endpoint,
        says: `${Object.keys(addresses).length} addresses`,
        request: callOf(endpoint, server.credentials, {
          body: JSON.stringify({ ...addresses, verify_code: '123456' }),
        }),
        codes: [ADDRESS_CHOICE],
      })),
    ),
  )
})

test('a body that is no object, or an empty one, is refused', async (t) => {
  const server = await startUntouchable(t)

  await expectEachRefused(
    server,
    wanting.flatMap((endpoint) =>
      ['', '{}', '[]', '[{}]', '0', '-1', 'true', '"13800138000"', '""', 'null'].map((body) => ({
        endpoint,
        says: body,
        request: callOf(endpoint, server.credentials, { body }),
        codes: [FIELD_MISSING, FIELD_MALFORMED],
      })),
    ),
  )
})

/** What may be done to a good body so that it means nothing, or more than one thing. */
const unreadable: Readonly<Record<string, (good: string) => string | Buffer>> = {
  'cut short': (good) => good.slice(0, -1),
  'with something after it': (good) => `${good},`,
  twice: (good) => good + good,
  'a form': () => 'mobile=13800138000&type=BIND_MOBILE_SMS',
  'a form of parts': () => '--x\r\nContent-Disposition: form-data; name="mobile"\r\n\r\n138\r\n--x--\r\n',
  XML: () => '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
  'UTF-16': (good) => Buffer.from(good, 'utf16le'),
  gzip: (good) => gzipSync(good),
  'with a number that begins with 0': (good) => good.replace('{', '{"n":013,'),
  'with a key twice': (good) => good.replace('{', '{"n":1,"n":1,'),
  'with a key twice, once spelled out': (good) => good.replace('{', '{"n":1,"\\u006e":1,'),
  'with a key twice, deep inside': (good) => good.replace('{', '{"n":[{"m":{"a":1,"a":2}}],'),
  'with __proto__': (good) => good.replace('{', '{"__proto__":{"verify_code":"1"},'),
  'with constructor.prototype': (good) => good.replace('{', '{"constructor":{"prototype":{"a":1}},'),
  'with __proto__ spelled out': (good) => good.replace('{', '{"\\u005f_proto__":{},'),
  'with a byte that is not UTF-8': (good) => Buffer.from(good.replace('{', '{"n":"\xff",'), 'latin1'),
  'with an overlong slash': (good) => Buffer.from(good.replace('{', '{"n":"\xc0\xaf",'), 'latin1'),
  'with U+0000': (good) => good.replace('{', '{"n":"\\u0000",'),
  'with half a surrogate pair': (good) => good.replace('{', '{"n":"\\ud83d",'),
  'ten thousand brackets': () => '['.repeat(10_000),
  'seventeen deep': (good) => good.replace('{', `{"n":${'['.repeat(16)}${']'.repeat(16)},`),
}

test('a body that cannot be read, or read in two ways, is refused by every endpoint', async (t) => {
  const server = await startUntouchable(t)

  await expectEachRefused(
    server,
    everyPost.flatMap((endpoint) =>
      Object.entries(unreadable).map(([says, spoil]) => ({
        endpoint,
        says,
        request: callOf(endpoint, server.credentials, {
          body: spoil(JSON.stringify({ ...bodyOf(endpoint), x: 'x' })),
          moreHeaders: says === 'gzip' ? [['Content-Encoding', 'gzip']] : [],
        }),
        codes: [BODY_UNREADABLE],
      })),
    ),
  )
  expect(Object.hasOwn(Object.prototype, 'a')).toBe(false)
})

test('fields that nobody asked for are passed over, a thousand of them and sixteen deep', async (t) => {
  const server = await startUntouchable(t)
  const many = Object.fromEntries(Array.from({ length: 1_400 }, (_, at) => [`x${at}`, 1]))
  const bodies = {
    'a thousand': JSON.stringify(many),
    deep: `{"x":${'['.repeat(15)}${']'.repeat(15)}}`,
    'those of a user': '{"user_id":"1","is_admin":true,"verified_at":1,"openid":"o","client_id":"c"}',
  }

  await expectEachRefused(
    server,
    wanting.flatMap((endpoint) =>
      Object.entries(bodies).map(([says, body]) => ({
        endpoint,
        says,
        request: callOf(endpoint, server.credentials, { body }),
        codes: [FIELD_MISSING],
      })),
    ),
  )
})
