import { expect, test, type TestContext } from 'vitest'
import {
  bodyOf,
  clientId,
  deviceHeaders,
  everyEndpoint,
  flawsOf,
  type Header,
  json,
  standard,
} from '../../testing/every-endpoint.ts'
import { exchangeRaw, type RawReply } from '../../testing/raw-http.ts'
import { REGISTER_CLIENT_ID, startServer, type TestServer } from '../../testing/server.ts'
import { credentialsOf, standardHeaders } from './openapi.ts'

const OWN = 'https://shop.example'
const OTHERS = 'https://elsewhere.example:8443'
const SEND = '/api/v2/sdk/sms/send'

/** What no server answers that compares origins whole. */
const strangers = [
  'null',
  '*',
  '',
  'https://shop.example.evil.example',
  'https://evil.example',
  'https://sub.shop.example',
  'https://xshop.example',
  'https://shop.exampl',
  'https://shop.example/',
  'https://shop.example:443',
  'https://shop.example:8443',
  'http://shop.example',
  'HTTPS://SHOP.EXAMPLE',
  'https://shop.example https://evil.example',
  'https://shop.example, https://evil.example',
  'https://shop.example\\.evil.example',
  'https://shop.example@evil.example',
  'file://',
]

/** Two applications, each with a page of its own. */
async function startWithPages(t: TestContext): Promise<TestServer> {
  const server = await startServer(t, { application: { origins: [OWN] } })
  await server.deployment.db
    .updateTable('application')
    .set({ origins: JSON.stringify([OTHERS]) })
    .where('client_id', '=', REGISTER_CLIENT_ID)
    .execute()
  return server
}

function preflight(server: TestServer, path: string, origin: string): Promise<RawReply> {
  const headers: Header[] = [
    ['Origin', origin],
    ['Access-Control-Request-Method', 'POST'],
    ['Access-Control-Request-Headers', 'content-type,x-client-id'],
  ]
  return exchangeRaw(server.url, { method: 'OPTIONS', path, headers })
}

function corsHeadersOf(reply: RawReply): string[] {
  return [...reply.headers.keys()].filter((name) => name.startsWith('access-control-'))
}

test('a preflight is answered for the pages of every application', async (t) => {
  const server = await startWithPages(t)
  for (const { path } of everyEndpoint) {
    for (const origin of [OWN, OTHERS]) {
      const reply = await preflight(server, path, origin)

      expect([reply.httpStatus, reply.text]).toEqual([204, ''])
      expect(reply.headers.get('access-control-allow-origin')).toBe(origin)
      expect(reply.headers.get('access-control-allow-methods')).toBe('GET, POST')
      expect(reply.headers.get('access-control-max-age')).toBe('600')
      expect(reply.headers.get('vary')).toMatch(/\borigin\b/i)
      expect(reply.headers.has('access-control-allow-credentials')).toBe(false)
    }
  }
})

test('a preflight allows every header that some call knows', async (t) => {
  const server = await startWithPages(t)

  const reply = await preflight(server, SEND, OWN)

  const allowed = (reply.headers.get('access-control-allow-headers') ?? '').toLowerCase().split(', ')
  const known = [
    'Content-Type',
    ...standardHeaders.map(({ name }) => name),
    ...everyEndpoint.flatMap((endpoint) => credentialsOf(endpoint).map(({ name }) => name)),
  ]
  expect(known.filter((name) => !allowed.includes(name.toLowerCase()))).toEqual([])
})

test('a preflight from anywhere else is answered as if there were no such thing', async (t) => {
  const server = await startWithPages(t)
  for (const origin of strangers) {
    const reply = await preflight(server, SEND, origin)

    expect([origin, reply.httpStatus, ...flawsOf(reply), ...corsHeadersOf(reply)]).toEqual([origin, 405])
  }
})

test('the page of a disabled application is a stranger', async (t) => {
  const server = await startWithPages(t)
  await server.deployment.db
    .updateTable('application')
    .set({ disabled_at: server.clock.now() })
    .where('client_id', '=', REGISTER_CLIENT_ID)
    .execute()

  expect(corsHeadersOf(await preflight(server, SEND, OTHERS))).toEqual([])
  expect(corsHeadersOf(await preflight(server, SEND, OWN))).not.toEqual([])
})

test('half a preflight is answered in no form of its own', async (t) => {
  const server = await startWithPages(t)

  const stranger = await exchangeRaw(server.url, { method: 'OPTIONS', path: SEND })
  const page = await exchangeRaw(server.url, { method: 'OPTIONS', path: SEND, headers: [['Origin', OWN]] })

  expect([stranger.httpStatus, ...flawsOf(stranger)]).toEqual([405])
  expect([page.httpStatus, page.text]).toEqual([204, ''])
})

test('a request is answered for the pages of its own application only', async (t) => {
  const server = await startWithPages(t)
  const call = (...headers: Header[]) =>
    exchangeRaw(server.url, {
      method: 'POST',
      path: '/api/v2/sdk/login/wechat-miniprogram',
      headers: [...deviceHeaders, json, ...headers],
      body: '{"code":"mock:alice"}',
    })

  const own = await call(clientId, ['Origin', OWN])
  expect([own.httpStatus, own.headers.get('access-control-allow-origin')]).toEqual([200, OWN])
  expect(own.headers.get('vary')).toMatch(/\borigin\b/i)

  const others = await call(['X-client-id', REGISTER_CLIENT_ID], ['Origin', OTHERS])
  expect([others.httpStatus, others.headers.get('access-control-allow-origin')]).toEqual([200, OTHERS])

  for (const origin of [OTHERS, ...strangers]) {
    expect([origin, ...corsHeadersOf(await call(clientId, ['Origin', origin]))]).toEqual([origin])
  }
  expect(corsHeadersOf(await call(['Origin', OWN]))).toEqual([])
  expect(corsHeadersOf(await call(clientId, clientId, ['Origin', OWN]))).toEqual([])
  expect(corsHeadersOf(await call(clientId))).toEqual([])
})

test('a page may read every refusal', async (t) => {
  const server = await startWithPages(t)
  const origin: Header = ['Origin', OWN]
  const refused = everyEndpoint.flatMap(({ method, path }) => {
    const call = { method, path, headers: [...standard, json, origin] }
    return [
      { ...call, headers: [clientId, origin] },
      { ...call, method: 'PUT' },
      { ...call, path: `${path}/x` },
      ...(method === 'POST' ? ['{', '{"a":1,"a":2}', ' '.repeat(20_000)] : []).map((body) => ({
        ...call,
        body,
      })),
    ]
  })
  for (const request of refused) {
    const reply = await exchangeRaw(server.url, request)

    expect(flawsOf(reply)).toEqual([])
    expect([request, reply.headers.get('access-control-allow-origin')]).toEqual([request, OWN])
  }
})

test('a page may read when to try again', async (t) => {
  const server = await startWithPages(t)
  const endpoint = everyEndpoint.find(({ path }) => path === SEND)
  const send = () =>
    exchangeRaw(server.url, {
      method: 'POST',
      path: SEND,
      headers: [...standard, json, ['Origin', OWN]],
      body: JSON.stringify(endpoint && bodyOf(endpoint)),
    })
  expect((await send()).httpStatus).toBe(200)

  const reply = await send()

  expect(reply.headers.get('retry-after')).toBe('60')
  expect(reply.headers.get('access-control-expose-headers')).toBe('Retry-After, X-Human-Check')
})

test('the public keys are for every page', async (t) => {
  const server = await startWithPages(t)

  const reply = await exchangeRaw(server.url, {
    method: 'GET',
    path: '/api/v1/oauth2/keys',
    headers: [['Origin', 'https://anybody.example']],
  })

  expect(reply.headers.get('access-control-allow-origin')).toBe('*')
  expect(reply.headers.has('access-control-allow-credentials')).toBe(false)
})
