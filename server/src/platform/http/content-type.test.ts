import { expect, test } from 'vitest'
import {
  bodyOf,
  callOf,
  everyEndpoint,
  everyPost,
  faultsIn,
  fieldsOf,
  getCredentials,
  type Header,
} from '../../testing/every-endpoint.ts'
import { exchangeRaw } from '../../testing/raw-http.ts'
import { startServer } from '../../testing/server.ts'
import { expectEachRefused, startUntouchable } from '../../testing/untouchable.ts'

const FIELD_MISSING = 'IDAAS.SDK.PARAM.9001'
const BODY_UNREADABLE = 'IDAAS.SDK.PARAM.9003'
const NOT_HTTP = 'IDAAS.SDK.COM.9400'

const withBody = everyPost.filter((endpoint) => fieldsOf(endpoint).all.length > 0)
/** They continue another sign-in than the one at hand, or want a second factor that nobody has. */
const refusedAnyhow = [
  '/api/v2/sdk/pwd/skip-update',
  '/api/v2/sdk/mobile-by-token',
  '/api/v2/sdk/mfa/totp/enrol',
  '/api/v2/sdk/mfa/passkey/options',
  '/api/v2/ligature/factors/totp/remove',
  '/api/v2/ligature/factors/recovery-codes',
]
const withoutBody = everyEndpoint.filter(
  (endpoint) => fieldsOf(endpoint).all.length === 0 && !refusedAnyhow.includes(endpoint.path),
)

const types = [
  'application/json\t; charset=utf-8',
  'application/json ; charset=utf-8',
  '  application/json',
  'APPLICATION/JSON',
  'application/json;',
  'application/json;charset=utf8',
  'application/json; charset=utf-16',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/plain',
  'application/vnd.api+json',
]

test('whatever the Content-Type says, a body is read as JSON and checked', async (t) => {
  const server = await startUntouchable(t)
  const unreadable = { 'mobile=13800138000': BODY_UNREADABLE }
  const bodies = { '{}': FIELD_MISSING, ...unreadable }

  await expectEachRefused(
    server,
    withBody.flatMap((endpoint) =>
      Object.entries(fieldsOf(endpoint).required.length > 0 ? bodies : unreadable).flatMap(([body, code]) => {
        const call = callOf(endpoint, server.credentials, { body })
        const untyped = { ...call, headers: call.headers?.filter(([name]) => name !== 'Content-Type') ?? [] }
        const typed = types.map((type) => ({
          says: type,
          request: { ...untyped, headers: [...untyped.headers, ['Content-Type', type] as const] },
        }))
        return [{ says: 'none', request: untyped }, ...typed].map((each) => ({
          ...each,
          endpoint,
          codes: [code],
        }))
      }),
    ),
  )
})

test('a Content-Type that is none is refused, whatever the body', async (t) => {
  const server = await startUntouchable(t)
  const nonsense = ['garbage', '', '/', ';', 'application/', 'application/json, text/plain', 'é/é', '\x01']

  await expectEachRefused(
    server,
    everyPost.flatMap((endpoint) =>
      nonsense.map((type) => ({
        endpoint,
        says: JSON.stringify(type),
        request: callOf(endpoint, server.credentials, {
          body: JSON.stringify(bodyOf(endpoint)),
          moreHeaders: [['Content-Type', type]],
        }),
        codes: [NOT_HTTP],
      })),
    ),
  )
})

const nothing: Readonly<
  Record<string, { readonly moreHeaders?: readonly Header[]; readonly body?: string }>
> = {
  'no body': {},
  'a body of no bytes': { body: '' },
  'a body of no chunks': { moreHeaders: [['Transfer-Encoding', 'chunked']], body: '0\r\n\r\n' },
}

test.for(Object.entries(nothing))('%s passes for JSON where none is needed', async ([, changes], t) => {
  const server = await startServer(t)
  for (const [round, endpoint] of withoutBody.entries()) {
    const credentials = await getCredentials(server, round)
    const reply = await exchangeRaw(server.url, callOf(endpoint, credentials, changes))

    expect([endpoint.path, reply.httpStatus]).toEqual([endpoint.path, 200])
  }
  expect(faultsIn(server.logLines)).toEqual([])
})
