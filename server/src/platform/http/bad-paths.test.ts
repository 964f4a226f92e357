import { expect, test } from 'vitest'
import {
  bodyOf,
  callOf,
  codeOf,
  deviceHeaders,
  everyEndpoint,
  faultsIn,
  flawsOf,
  json,
} from '../../testing/every-endpoint.ts'
import { exchangeRaw, sendBytes } from '../../testing/raw-http.ts'
import { startServer } from '../../testing/server.ts'
import { expectEachRefused, expectUntouched, startUntouchable } from '../../testing/untouchable.ts'

const CLIENT_ID_MISSING = 'IDAAS.SDK.PARAM.0002'
const NOT_HTTP = 'IDAAS.SDK.COM.9400'
const NO_SUCH_PATH = 'IDAAS.SDK.COM.9404'
const METHOD_NOT_ALLOWED = 'IDAAS.SDK.COM.9405'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY']

/** Other spellings of a path, some of which some server takes for the same. */
const tricks: Readonly<Record<string, (path: string) => string>> = {
  'a slash twice': (path) => `/${path}`,
  'a slash twice inside': (path) => path.replace('/v2/', '/v2//'),
  'a slash at its end': (path) => `${path}/`,
  'a dot at its end': (path) => `${path}.`,
  'dots inside': (path) => path.replace('/v2/', '/v2/x/../'),
  'encoded dots inside': (path) => path.replace('/v2/', '/v2/x/%2e%2e/'),
  'one dot inside': (path) => path.replace('/v2/', '/v2/./'),
  'an encoded slash': (path) => path.replace('/v2/', '/v2%2f'),
  'a backslash': (path) => path.replace('/v2/', '/v2\\'),
  'a semicolon': (path) => `${path};jsessionid=1`,
  'a semicolon inside': (path) => path.replace('/v2/', '/v2;x=1/'),
  'upper case': (path) => path.toUpperCase(),
  'an ending': (path) => `${path}.json`,
  'a NUL': (path) => `${path}%00`,
  'a blank': (path) => `${path}%20`,
  'a line break': (path) => `${path}%0d%0a`,
  'an overlong encoding': (path) => path.replace('/v2/', '/v%c0%b2/'),
  'an encoding twice': (path) => path.replace('v2', '%2576%2532'),
  'an encoded letter': (path) => path.replace('v2', '%76%32'),
  'a pattern': (path) => path.replace('/v2/', '/:v(.*)/'),
  'a star': (path) => path.replace('/v2/', '/*/'),
  'a query': (path) => `${path}?X-client-id=nTo1eRIub60vPb54WeE6aojPwYwImtl4`,
  'a fragment': (path) => `${path}#x`,
  'another host': (path) => `http://evil.example${path}`,
}

test('another spelling of a path leads nowhere, or past the same door', async (t) => {
  const server = await startUntouchable(t)

  await expectEachRefused(
    server,
    everyEndpoint.flatMap((endpoint) =>
      Object.entries(tricks).map(([says, spell]) => ({
        endpoint,
        says,
        request: { method: endpoint.method, path: spell(endpoint.path), headers: deviceHeaders },
        codes: [NO_SUCH_PATH, NOT_HTTP, CLIENT_ID_MISSING],
      })),
    ),
  )
})

test('a path that nobody has is 404, and one that cannot be decoded is malformed', async (t) => {
  const server = await startServer(t)
  const nowhere = [
    '/nowhere',
    '/api',
    '/api/v2/sdk/',
    '/api/v2/sdk/socials',
    '/__proto__',
    '/%00',
    '/:(',
    '/*',
    '/a'.repeat(5_000),
  ]
  for (const method of ['GET', 'POST', 'OPTIONS', 'DELETE']) {
    for (const path of nowhere) {
      const reply = await exchangeRaw(server.url, { method, path, headers: [json], body: '{}' })
      expect([path, reply.httpStatus, codeOf(reply), ...flawsOf(reply)]).toEqual([path, 404, NO_SUCH_PATH])
    }
    for (const path of ['/%', '/%zz', '/api/v2/sdk/%ff', '/%c0%af', '/é', 'live', '/a b']) {
      const reply = await exchangeRaw(server.url, { method, path })
      expect([path, reply.httpStatus, codeOf(reply), ...flawsOf(reply)]).toEqual([path, 400, NOT_HTTP])
    }
  }
  expect(faultsIn(server.logLines)).toEqual([])
})

test('every other method is 405 and told the right one, whatever a header would have it be', async (t) => {
  const server = await startUntouchable(t)
  for (const endpoint of everyEndpoint) {
    const { path } = endpoint
    const allowed = everyEndpoint.filter((each) => each.path === path).map(({ method }) => method)
    const body = JSON.stringify(bodyOf(endpoint))
    const call = callOf(endpoint, server.credentials, {
      body,
      moreHeaders: [
        ['X-HTTP-Method-Override', endpoint.method],
        ['X-HTTP-Method', endpoint.method],
        ['X-Method-Override', endpoint.method],
      ],
    })
    for (const method of METHODS.filter((each) => !allowed.some((one) => one === each))) {
      const reply = await exchangeRaw(server.url, {
        ...call,
        method,
        path: `${path}?_method=${endpoint.method}`,
      })
      expect([method, reply.httpStatus, codeOf(reply), ...flawsOf(reply)]).toEqual([
        method,
        405,
        METHOD_NOT_ALLOWED,
      ])
      expect(reply.headers.get('allow')).toBe(allowed.join(', '))
    }
    const head = await exchangeRaw(server.url, { ...call, method: 'HEAD' })
    expect([head.httpStatus, head.text, head.headers.get('allow')]).toEqual([405, '', allowed.join(', ')])
  }
  await expectUntouched(server)
})

test('what is no HTTP is refused in the form of every refusal', async (t) => {
  const server = await startServer(t)
  const noHttp = [
    'GARBAGE /live HTTP/1.1\r\nHost: a\r\n\r\n',
    'get /live HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET /live HTTP/3.7\r\nHost: a\r\n\r\n',
    'GET\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01\x00',
    '\r\n\r\n\0',
  ]
  for (const bytes of noHttp) {
    const reply = await sendBytes(server.url, Buffer.from(bytes, 'latin1'))
    expect([bytes, codeOf(reply), ...flawsOf(reply)]).toEqual([bytes, NOT_HTTP])
  }
})

test('a request without a Host, or with an expectation that nobody knows, is a request', async (t) => {
  const server = await startServer(t)
  for (const lines of ['', 'Host:\r\n', 'Host: evil.example\r\nExpect: miracles\r\n']) {
    const reply = await sendBytes(server.url, `GET /live HTTP/1.1\r\n${lines}\r\n`)
    expect([reply.httpStatus, reply.text]).toEqual([200, '{"status":"ok"}'])
  }
})
