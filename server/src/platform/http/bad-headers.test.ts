import { describe, expect, test } from 'vitest'
import {
  bodyOf,
  callOf,
  clientId,
  deviceHeaders,
  type Endpoint,
  everyEndpoint,
  faultsIn,
  flawsOf,
  type Header,
  standard,
} from '../../testing/every-endpoint.ts'
import { exchangeRaw, type RawRequest } from '../../testing/raw-http.ts'
import { startServer } from '../../testing/server.ts'
import {
  type BadCall,
  expectEachRefused,
  expectUntouched,
  startUntouchable,
  type Untouchable,
} from '../../testing/untouchable.ts'

const DEVICE_INCOMPLETE = 'IDAAS.SDK.PARAM.0001'
const CLIENT_ID_MISSING = 'IDAAS.SDK.PARAM.0002'
const APPLICATION_UNKNOWN = 'IDAAS.SDK.PARAM.0003'
const ID_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0016'
const SESSION_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0023'
/** Where a password is renewed the API has a code of its own. */
const STATE_TOKEN_REFUSED = ['IDAAS.SDK.COMMON.1007', 'IDAAS.SDK.PARAM.0014']
const NOT_HTTP = 'IDAAS.SDK.COM.9400'
const HEADERS_TOO_LARGE = 'IDAAS.SDK.COM.9431'

/** A call with these headers and, on a POST, a body that no door may look at. */
function callWith({ method, path }: Endpoint, headers: readonly Header[]): RawRequest {
  return { method, path, headers, ...(method === 'POST' && { body: '{"not":"JSON"' }) }
}

describe('the door', () => {
  test('asks for the device before anything else', async (t) => {
    const server = await startUntouchable(t)
    const incomplete = deviceHeaders.flatMap((missing) => {
      const others = deviceHeaders.filter((header) => header !== missing)
      return [others, [...others, [missing[0], ''] as const], [...others, [missing[0], ' \t '] as const]]
    })

    await expectEachRefused(
      server,
      everyEndpoint.flatMap((endpoint) =>
        incomplete
          .flatMap((headers) => [headers, [...headers, clientId]])
          .map((headers) => ({
            endpoint,
            says: JSON.stringify(headers),
            request: callWith(endpoint, headers),
            codes: [DEVICE_INCOMPLETE],
          })),
      ),
    )
  })

  test('then for an application, one and known', async (t) => {
    const server = await startUntouchable(t)
    const [name, known] = clientId
    const cases: readonly (readonly [code: string, headers: readonly Header[]])[] = [
      [CLIENT_ID_MISSING, []],
      [CLIENT_ID_MISSING, [[name, '']]],
      [CLIENT_ID_MISSING, [[name, '  ']]],
      [APPLICATION_UNKNOWN, [[name, known.toUpperCase()]]],
      [APPLICATION_UNKNOWN, [[name, `${known}x`]]],
      [APPLICATION_UNKNOWN, [[name, '__proto__']]],
      [APPLICATION_UNKNOWN, [[name, "' or 1=1 --"]]],
      [APPLICATION_UNKNOWN, [[name, 'é\xff']]],
      [APPLICATION_UNKNOWN, [[name, 'x'.repeat(10_000)]]],
      [APPLICATION_UNKNOWN, [clientId, clientId]],
      [APPLICATION_UNKNOWN, [clientId, [name, 'demoBindOrRegister00000000000001']]],
    ]

    await expectEachRefused(
      server,
      everyEndpoint.flatMap((endpoint) =>
        cases.map(([code, headers]) => ({
          endpoint,
          says: JSON.stringify(headers).slice(0, 100),
          request: callWith(endpoint, [...deviceHeaders, ...headers]),
          codes: [code],
        })),
      ),
    )
  })

  test('answers in Chinese unless X-L asks for English', async (t) => {
    const server = await startServer(t)
    const wanted = {
      zh: ['', 'zh', 'zh-CN', 'fr', 'english', 'zh, en', 'é'],
      en: ['en', 'EN', 'en-US', 'en_US', ' en ', 'en;q=0.9'],
    } as const
    for (const endpoint of everyEndpoint) {
      expect(flawsOf(await exchangeRaw(server.url, callWith(endpoint, [])))).toEqual([])
      for (const language of ['zh', 'en'] as const) {
        for (const value of wanted[language]) {
          const reply = await exchangeRaw(server.url, callWith(endpoint, [['X-L', value]]))
          expect([value, ...flawsOf(reply, language)]).toEqual([value])
        }
      }
    }
  })

  test('lets in who spells headers in another case, or says odd things of his device', async (t) => {
    const server = await startServer(t)
    const odd = ['é\xff', '\xf0\x9f\x98\x80', '"}{[', '%24{jndi:ldap://x}', '\t', "' --", 'x'.repeat(4_000)]
    const spelled = [
      standard.map(([name, value]) => [name.toLowerCase(), value] as const),
      standard.map(([name, value]) => [name.toUpperCase(), value] as const),
      ...odd.map((text) => [...deviceHeaders.map(([name]) => [name, `x${text}`] as const), clientId]),
      ...odd.map((text) => [...standard, ['X-device-ip', text], ['X-Forwarded-For', text]] as const),
    ]
    for (const headers of spelled) {
      const login = { method: 'POST', path: '/api/v2/sdk/login/wechat-miniprogram', headers }
      const reply = await exchangeRaw(server.url, { ...login, body: '{"code":"mock:alice"}' })
      expect([headers, reply.httpStatus]).toEqual([headers, 200])
    }
    expect(faultsIn(server.logLines)).toEqual([])
  })
})

/** For each endpoint that knows this credential, calls with each of these in its place. */
function callsWith(
  server: Untouchable,
  credential: 'X-state-token' | 'session-token' | 'Authorization',
  codes: readonly string[],
  values: readonly (readonly string[])[],
): BadCall[] {
  return everyEndpoint
    .filter((endpoint) => endpoint.credentials[credential] !== undefined)
    .flatMap((endpoint) =>
      values.map((each) => ({
        endpoint,
        says: `${credential}: ${each.join(' and ').slice(0, 100)}`,
        request: {
          ...callWith(endpoint, [...standard, ...each.map((value) => [credential, value] as const)]),
          ...(endpoint.method === 'POST' && { body: JSON.stringify(bodyOf(endpoint)) }),
        },
        codes,
      })),
    )
}

const nonsense = [
  'x',
  '.',
  '..',
  '...',
  'é\xff',
  "' or 1=1 --",
  '__proto__',
  '{}',
  'a.b.c',
  'x'.repeat(10_000),
]

/** Not where one is good for more, and a call without any means something else. */
function wantsCredential({ credentials }: Endpoint): boolean {
  const isLogout = credentials.Authorization === 'optional' && credentials['session-token'] === 'optional'
  return isLogout || Object.values(credentials).includes('required')
}

describe('a credential', () => {
  test('that is nonsense, or comes twice, is refused: the state token', async (t) => {
    const server = await startUntouchable(t)
    const token = server.credentials['X-state-token']
    const values = [...nonsense.map((text) => [text]), [token, token], [token, 'x'], ['x', token]]

    await expectEachRefused(server, callsWith(server, 'X-state-token', STATE_TOKEN_REFUSED, values))
  })

  test('that is nonsense, or comes twice, is refused: the session token', async (t) => {
    const server = await startUntouchable(t)
    const token = server.credentials['session-token']
    const values = [...nonsense.map((text) => [text]), [token, token], [token, 'x'], ['x', token]]

    await expectEachRefused(server, callsWith(server, 'session-token', [SESSION_TOKEN_REFUSED], values))
  })

  test('that is nonsense, or no Bearer, is refused: the id_token', async (t) => {
    const server = await startUntouchable(t)
    const idToken = server.credentials.Authorization.replace('Bearer ', '')
    const bearers = [
      '',
      'Bearer',
      'Bearer ',
      'Bearer Bearer',
      `Basic ${idToken}`,
      idToken,
      `Bearer ${idToken} x`,
    ]
    const values = [
      ...bearers,
      `Bearer\t${idToken}`,
      `Bearer,${idToken}`,
      ...nonsense.map((text) => `Bearer ${text}`),
    ]

    await expectEachRefused(
      server,
      callsWith(
        server,
        'Authorization',
        [ID_TOKEN_REFUSED],
        values.map((text) => [text]),
      ),
    )
  })

  test('is taken from no query and no body', async (t) => {
    const server = await startUntouchable(t)
    const idToken = server.credentials.Authorization.replace('Bearer ', '')
    const query = new URLSearchParams({
      access_token: idToken,
      'session-token': server.credentials['session-token'],
      'X-state-token': server.credentials['X-state-token'],
    })

    await expectEachRefused(
      server,
      everyEndpoint
        .filter((endpoint) => wantsCredential(endpoint))
        .map((endpoint) => ({
          endpoint,
          says: 'in the query and the body',
          request: {
            method: endpoint.method,
            path: `${endpoint.path}?${query.toString()}`,
            headers: standard,
            body: JSON.stringify({ ...bodyOf(endpoint), ...Object.fromEntries(query) }),
          },
          codes: [...STATE_TOKEN_REFUSED, SESSION_TOKEN_REFUSED, ID_TOKEN_REFUSED],
        })),
    )
  })
})

describe('on the wire', () => {
  test('headers beyond 16 KiB are refused, and the connection is closed', async (t) => {
    const server = await startUntouchable(t)
    for (const endpoint of everyEndpoint) {
      const withPadding = (bytes: number) =>
        exchangeRaw(server.url, callWith(endpoint, [['X-padding', 'x'.repeat(bytes)]]))

      expect((await withPadding(15_000)).httpStatus).toBe(400)
      const reply = await withPadding(20_000)
      expect(flawsOf(reply)).toEqual([])
      expect([reply.httpStatus, reply.headers.get('connection')]).toEqual([431, 'close'])
      expect(reply.text).toContain(HEADERS_TOO_LARGE)
    }
    await expectUntouched(server)
  })

  test('a header with a line break, a NUL or a name that is none is refused', async (t) => {
    const server = await startUntouchable(t)
    const broken: readonly Header[] = [
      ...['X-agent', 'X-client-id', 'X-state-token', 'session-token', 'Authorization', 'X-L'].flatMap(
        (name) =>
          ['a\rb', 'a\nb', 'a\0b', 'a\r\n b', 'a\x1b[31mb', 'a\x7fb'].map((value) => [name, value] as const),
      ),
      ['X agent', 'a'],
      ['X-agent ', 'a'],
      ['', 'a'],
      ['X-ägent', 'a'],
    ]

    await expectEachRefused(
      server,
      everyEndpoint.flatMap((endpoint) =>
        broken.map((header) => ({
          endpoint,
          says: JSON.stringify(header),
          request: callOf(endpoint, server.credentials, { body: '{}', moreHeaders: [header] }),
          codes: [NOT_HTTP],
        })),
      ),
    )
  })
})
