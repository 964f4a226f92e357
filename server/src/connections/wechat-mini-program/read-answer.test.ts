import { expect, test } from 'vitest'
import { startOutsideServer, startOutsideSocket } from '../../testing/outside-server.ts'
import { exchangeAt, PERSON, refusalOf, startAnswering } from '../../testing/wechat-exchange.ts'
import { connectionRefusals } from '../refusals.ts'

const { sourceUnavailable } = connectionRefusals

test.for([
  ['HTML', '<html><body>Bad gateway</body></html>'],
  ['nothing', ''],
  ['half of its JSON', JSON.stringify(PERSON).slice(0, -5)],
  ['JSON with something after it', `${JSON.stringify(PERSON)}{}`],
  ['null', 'null'],
  ['a string', '"ok"'],
  ['a list', JSON.stringify([PERSON])],
  ['an openid twice', '{"openid":"o1","openid":"o2"}'],
  ['an openid twice, once in disguise', '{"openid":"o1","\\u006fpenid":"o2"}'],
  ['an openid behind a prototype', '{"__proto__":{"openid":"o1"}}'],
  ['no openid', JSON.stringify({ session_key: PERSON.session_key })],
  ['errcode 0 and no openid', '{"errcode":0,"errmsg":"ok"}'],
  ['an errcode that is not a number', JSON.stringify({ ...PERSON, errcode: 'none' })],
  ['an errcode that is null', JSON.stringify({ ...PERSON, errcode: null })],
  ...['', ' ', 'null', 'NULL', 'undefined', 'o 1', ' o1', 'o1\n', 'o1\u0000', 'ó1', 'o'.repeat(129)].map(
    (openid) => [`the openid ${JSON.stringify(openid)}`, JSON.stringify({ openid })] as const,
  ),
  ...[null, 1, true, ['o1'], { o: 1 }].map(
    (openid) => [`the openid ${JSON.stringify(openid)}`, JSON.stringify({ openid })] as const,
  ),
  ...[null, 1, false, [], {}, 'null', ' ', 'u 1', 'u'.repeat(129)].map(
    (unionid) => [`the unionid ${JSON.stringify(unionid)}`, JSON.stringify({ ...PERSON, unionid })] as const,
  ),
] as const)('%s is the error of the source', async ([, text], t) => {
  const server = await startAnswering(t, text)

  const refusal = await refusalOf(exchangeAt(server.url))

  expect(refusal.definition).toBe(sourceUnavailable)
  expect(server.calls).toBe(1)
})

test('bytes that are not UTF-8 make no openid', async (t) => {
  const server = await startOutsideServer(t, (_, response) => {
    response.end(Buffer.from(JSON.stringify({ openid: 'o\u00ff' }), 'latin1'))
  })

  expect((await refusalOf(exchangeAt(server.url))).definition).toBe(sourceUnavailable)
})

test('an id may have 128 characters, and a unionid may be empty or absent', async (t) => {
  const longest = { openid: 'o'.repeat(128), unionid: 'u'.repeat(128) }
  const long = await startAnswering(t, JSON.stringify({ ...longest, session_key: PERSON.session_key }))
  const empty = await startAnswering(t, JSON.stringify({ ...PERSON, unionid: '' }))
  const absent = await startAnswering(t, JSON.stringify(PERSON))

  expect(await exchangeAt(long.url)).toEqual(longest)
  expect(await exchangeAt(empty.url)).toEqual({ openid: PERSON.openid, unionid: undefined })
  expect(await exchangeAt(absent.url)).toEqual({ openid: PERSON.openid, unionid: undefined })
})

test.for([201, 204, 302, 400, 404, 429, 500, 503])(
  'status %i is the error of the source',
  async (status, t) => {
    const server = await startAnswering(t, status === 204 ? '' : JSON.stringify(PERSON), status)

    const refusal = await refusalOf(exchangeAt(server.url))

    expect(refusal.definition).toBe(sourceUnavailable)
    expect(server.calls).toBe(1)
  },
)

test('ten megabytes are not read to their end', async (t) => {
  const server = await startAnswering(t, JSON.stringify({ ...PERSON, errmsg: 'x'.repeat(10_000_000) }))

  const refusal = await refusalOf(exchangeAt(server.url))

  expect(refusal.details.because).toBe('too-large')
})

test('a reset is not tried again: the code may have been used', async (t) => {
  const server = await startOutsideSocket(t, (socket) => socket.once('data', () => socket.resetAndDestroy()))

  const refusal = await refusalOf(exchangeAt(server.url))

  expect(refusal.definition).toBe(sourceUnavailable)
  expect(server.calls).toBe(1)
})
