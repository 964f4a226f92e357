import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  bodyOf,
  codeOf,
  type Credentials,
  type Endpoint,
  everyEndpoint,
  faultsIn,
  fieldsOf,
  flawsOf,
  getCredentials,
  type Header,
  standard,
} from '../../testing/every-endpoint.ts'
import type { CallCredential } from './sdk-endpoint.ts'
import { exchangeRaw, type RawRequest } from '../../testing/raw-http.ts'
import { REGISTER_CLIENT_ID, startServer } from '../../testing/server.ts'
import { slowness } from '../../testing/slowness.ts'

/** How many requests; whoever asks for a number gets other requests each time. */
const ASKED = process.env['LIGATURE_TEST_FUZZ']
const REQUESTS = Number(ASKED ?? 1_500)
const LONGEST_MS = 2_000 * slowness

/** Words that mean something to some call, in the right place or in a wrong one. */
const words = {
  mobiles: [
    '13800138000',
    '+86-13800138000',
    '0086 138 0013 8000',
    '11012345678',
    '+1 650 253 0000',
    '+999123456',
  ],
  emails: [
    'li@example.com',
    'zhangsan@qq.com',
    'a@b',
    '"a b"@c.d',
    'a@[127.0.0.1]',
    'a\u212a@b.cn',
    '@',
    'a＠b.cn',
  ],
  types: [
    'BIND_MOBILE_SMS',
    'BIND_EMAIL_EMS',
    'REGISTER_SMS',
    'REGISTER_EMS',
    'LOGIN_SMS',
    'toString',
    'prototype',
  ],
  verifyCodes: ['232326', '123456', '000000', '１２３４５６', '12345', '1e5', '0x1F40', '-12345', ' 232326 '],
  loginCodes: ['mock:carol', 'mock:carol?unionid=0', 'mock:error:-1', 'mock:error:40029', 'mock:', '\u202e'],
}
const word = fc.constantFrom(...Object.values(words).flat())
const value = fc.oneof(
  { weight: 6, arbitrary: word },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  { weight: 1, arbitrary: fc.constant(undefined) },
)

/** The fields of this endpoint, most of them as they should be, and now and then one that it does not know. */
function bodyFor(endpoint: Endpoint): fc.Arbitrary<string> {
  const good = bodyOf(endpoint)
  const fields = fieldsOf(endpoint).all.map(
    (field) =>
      [
        field,
        fc.oneof({ weight: 2, arbitrary: fc.constant(good[field]) }, { weight: 1, arbitrary: value }),
      ] as const,
  )
  const other = fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, fc.record({ other: value }))
  return fc
    .tuple(fc.record(Object.fromEntries(fields)), other)
    .map(([known, unknown]) => JSON.stringify({ ...known, ...unknown }))
}

/** Leaves a text as it is, mostly; else puts bytes into it or takes some out. */
function damaged(text: fc.Arbitrary<string>): fc.Arbitrary<Buffer> {
  const damage = fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 4 }), fc.nat(4))
  return fc
    .tuple(text, fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, damage))
    .map(([written, hit]) => {
      const bytes = Buffer.from(written)
      if (hit === undefined) return bytes
      const [where, put, taken] = hit
      const at = where % (bytes.byteLength + 1)
      return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + taken)])
    })
}

/** What may stand in a header: Latin-1 without control characters. */
const headerText = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter((unit) => unit !== 0x7f)
    .map((unit) => String.fromCharCode(unit)),
})

const credentialNames = ['X-state-token', 'session-token', 'Authorization'] as const

/** Stands for a good credential, which is put in its place when the request goes out. */
const good = (name: CallCredential) => `<${name}>`

function headersFor(endpoint: Endpoint): fc.Arbitrary<readonly Header[]> {
  const secrets = credentialNames.map((name) => {
    const isKnown = endpoint.credentials[name] !== undefined
    return fc
      .oneof(
        { weight: isKnown ? 6 : 0, arbitrary: fc.constant(good(name)) },
        {
          weight: 1,
          arbitrary: fc.oneof(fc.constantFrom(...credentialNames.map(good), 'Bearer x'), headerText),
        },
        { weight: isKnown ? 1 : 6, arbitrary: fc.constant(undefined) },
      )
      .map((secret): Header[] => (secret === undefined ? [] : [[name, secret]]))
  })
  const told = standard.map(([name, usual]) =>
    fc
      .oneof(
        { weight: 40, arbitrary: fc.constant(usual) },
        { weight: 1, arbitrary: fc.oneof(headerText, fc.constant(REGISTER_CLIENT_ID)) },
      )
      .map((text): Header[] => [[name, text]]),
  )
  const type = fc
    .oneof(
      { weight: 8, arbitrary: fc.constant('application/json') },
      fc.constantFrom('text/plain', 'multipart/form-data', ''),
      headerText,
    )
    .map((text): Header[] => [['Content-Type', text]])
  const others = fc.constantFrom('X-L', 'Origin', 'X-Forwarded-For', 'Cookie', 'Range', 'Accept-Version')
  const more = fc.array(fc.tuple(others, headerText), { maxLength: 2 })
  return fc.tuple(...told, ...secrets, type, more).map((parts) => parts.flat())
}

function requestTo(endpoint: Endpoint): fc.Arbitrary<RawRequest> {
  const { method, path } = endpoint
  const body = fc.oneof(
    { weight: 9, arbitrary: damaged(bodyFor(endpoint)) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  )
  return fc
    .tuple(headersFor(endpoint), body)
    .map(([headers, bytes]) => ({ method, path, headers, ...(bytes !== undefined && { body: bytes }) }))
}

function withCredentials(request: RawRequest, credentials: Credentials): RawRequest {
  const filled = (text: string) =>
    credentialNames.reduce((before, name) => before.replace(good(name), () => credentials[name]), text)
  return { ...request, headers: (request.headers ?? []).map(([name, text]) => [name, filled(text)]) }
}

/** A call that leaves nothing of the credentials that it was made with. */
function endsSession(path: string): boolean {
  return path.endsWith('/logout') || path.endsWith('/account/close')
}

test(`${REQUESTS} requests made from what the endpoints declare: none is a fault of ours, none takes long`, async (t) => {
  const server = await startServer(t, { mode: 'dev' })
  const outcomes = new Map<string, number>()
  let sent = 0
  let credentials = await getCredentials(server)

  // A logout that gets through costs new credentials, which take longer than the call itself.
  const anyRequest = fc.oneof(
    ...everyEndpoint.map((endpoint) => ({
      weight: endsSession(endpoint.path) ? 1 : 5,
      arbitrary: requestTo(endpoint),
    })),
  )
  await fc.assert(
    fc.asyncProperty(anyRequest, async (request) => {
      const startedAt = performance.now()
      const reply = await exchangeRaw(server.url, withCredentials(request, credentials))
      expect(performance.now() - startedAt).toBeLessThan(LONGEST_MS)

      const language = /"error_msg":"[^"]*\p{Script=Han}/u.test(reply.text) ? 'zh' : 'en'
      expect(reply.httpStatus === 200 ? [] : flawsOf(reply, language)).toEqual([])

      const outcome = reply.httpStatus === 200 ? request.path : codeOf(reply)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      sent += 1
      server.clock.advance(500)
      // The clock uses up what a sign-in and an id_token are good for.
      if (sent % 250 === 0 || endsSession(outcome)) credentials = await getCredentials(server, sent)
    }),
    { numRuns: REQUESTS, ...(ASKED === undefined && { seed: 1 }) },
  )

  expect(faultsIn(server.logLines)).toEqual([])
  // Else they were too bad to try anything.
  expect(outcomes.size).toBeGreaterThan(15)
}, 600_000)
