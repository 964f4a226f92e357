import { expect, test } from 'vitest'
import { exchangeRaw, type RawReply, type RawRequest } from '../../testing/raw-http.ts'
import { startServer, type TestServer } from '../../testing/server.ts'
import { mayReadMetrics } from './may-read.ts'

const TOKEN = 'sixteen-letters!'

async function ask(server: TestServer, request: Partial<RawRequest> = {}): Promise<RawReply> {
  return exchangeRaw(server.url, { method: 'GET', path: '/metrics', ...request })
}

/** What is answered, but for when. */
function faceOf({ httpStatus, headers, text }: RawReply) {
  return { httpStatus, headers: [...headers].filter(([name]) => name !== 'date'), text }
}

test.for([
  ['127.0.0.1', true],
  ['127.9.8.7', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['10.0.0.7', false],
  ['192.168.1.2', false],
  ['::ffff:10.0.0.7', false],
  ['fe80::1', false],
  ['1127.0.0.1', false],
  ['::1:127.0.0.1', false],
  [undefined, false],
] as const)('without a token a caller at %s may read: %s', ([remoteAddress, may]) => {
  expect(mayReadMetrics({ headers: {}, socket: { remoteAddress } }, undefined)).toBe(may)
})

test('without a token this machine reads, under its own names', async (t) => {
  const server = await startServer(t)

  for (const host of ['localhost', 'localhost:3000', '127.0.0.1:3000', '[::1]:3000', 'LOCALHOST']) {
    expect((await ask(server, { headers: [['Host', host]] })).httpStatus).toBe(200)
  }
})

test('whoever came through a proxy is told what everybody is told of a path that nobody has', async (t) => {
  const straight = await startServer(t)
  const behindProxy = await startServer(t, { server: { trustedProxies: ['127.0.0.1', '10.0.0.0/8'] } })
  const forwarding = [
    ['X-Forwarded-For', '127.0.0.1'],
    ['X-Forwarded-For', '127.0.0.1, 127.0.0.1'],
    ['x-forwarded-for', ''],
    ['X-Forwarded-Host', 'localhost'],
    ['X-Forwarded-Proto', 'http'],
    ['Forwarded', 'for=127.0.0.1'],
    ['Via', '1.1 localhost'],
    ['X-Real-IP', '127.0.0.1'],
    ['X-Client-IP', '127.0.0.1'],
    ['True-Client-IP', '::1'],
    ['CF-Connecting-IP', '127.0.0.1'],
    ['Host', 'id.example.com'],
    ['Host', 'localhost.example.com'],
    ['Host', '127.0.0.1.example.com'],
  ] as const

  for (const server of [straight, behindProxy]) {
    expect((await ask(server)).httpStatus).toBe(200)
    for (const header of forwarding) {
      const refused = await ask(server, { headers: [header] })
      expect(refused.httpStatus).toBe(404)
      expect(faceOf(refused)).toEqual(faceOf(await ask(server, { headers: [header], path: '/nothing' })))
    }
  }
})

test('with a token only its bearer reads, wherever he is', async (t) => {
  const server = await startServer(t, { server: { metricsToken: TOKEN, trustedProxies: ['127.0.0.1'] } })
  const wrong = [
    TOKEN.slice(0, -1),
    `${TOKEN}!`,
    TOKEN.toUpperCase(),
    '',
    'undefined',
    Buffer.from(TOKEN).toString('base64'),
  ].map((token) => ['Authorization', `Bearer ${token}`] as const)

  for (const header of [
    ...wrong,
    ['Authorization', TOKEN],
    ['Authorization', `Basic ${TOKEN}`],
    ['X-Authorization', `Bearer ${TOKEN}`],
    ['X-Forwarded-For', '127.0.0.1'],
  ] as const) {
    const refused = await ask(server, { headers: [header] })
    expect(refused.httpStatus).toBe(404)
    expect(faceOf(refused)).toEqual(faceOf(await ask(server, { headers: [header], path: '/nothing' })))
  }

  for (const more of [
    [],
    [['X-Forwarded-For', '203.0.113.9'] as const],
    [['Host', 'id.example.com'] as const],
  ]) {
    const read = await ask(server, { headers: [['Authorization', `Bearer ${TOKEN}`], ...more] })
    expect(read.httpStatus).toBe(200)
  }
})

test('no method betrays the page to whoever may not read it', async (t) => {
  const server = await startServer(t)
  const fromAfar = ['X-Forwarded-For', '203.0.113.9'] as const

  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND']) {
    for (const body of ['HEAD', 'TRACE'].includes(method) ? [undefined] : [undefined, '{}', '{"a":']) {
      const headers = [fromAfar, ['Content-Type', 'application/json'] as const]
      const request = { method, headers, ...(body !== undefined && { body }) }
      const nothing = faceOf(await ask(server, { ...request, path: '/nothing' }))
      for (const path of ['/metrics', '/%6detrics', '/metrics?a=b']) {
        expect(faceOf(await ask(server, { ...request, path }))).toEqual(nothing)
      }
    }
  }
})

test('a page in a browser is not let read by CORS', async (t) => {
  const server = await startServer(t, { application: { origins: ['https://app.example.com'] } })

  const reply = await ask(server, { headers: [['Origin', 'https://app.example.com']] })

  expect(reply.headers.get('access-control-allow-origin')).toBeUndefined()
})
