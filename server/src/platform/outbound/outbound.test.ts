import { readFileSync } from 'node:fs'
import { createServer as createHttpsServer } from 'node:https'
import { once } from 'node:events'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { inspect } from 'node:util'
import { expect, test, type TestContext } from 'vitest'
import { findClosedPort, startOutsideServer, startOutsideSocket } from '../../testing/outside-server.ts'
import { slowness } from '../../testing/slowness.ts'
import { openOutboundLane, OutboundError, type OutboundAnswer } from './outbound.ts'

const SECRET = 'app-secret-in-the-query'
const LIMIT = 64 * 1024

/** The failure of a call, after making sure that it gives nothing of the call away. */
async function failureOf(call: Promise<OutboundAnswer>): Promise<OutboundError> {
  const error: unknown = await call.then(
    () => new Error('there was an answer'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof OutboundError)) throw error
  const everything = inspect(error, { depth: Infinity, showHidden: true }) + String(error.stack)
  expect(everything).not.toContain(SECRET)
  expect(everything).not.toContain('127.0.0.1')
  expect(error.cause).toBeUndefined()
  return error
}

function withSecret(base: URL): URL {
  return new URL(`/call?secret=${SECRET}`, base)
}

test('method, headers and body arrive, and status, type, date and text come back', async (t) => {
  const server = await startOutsideServer(t, (request, response) => {
    request.setEncoding('utf8').on('data', (body: string) => {
      response.writeHead(418, { 'content-type': 'text/plain' })
      response.end([request.method, request.url, request.headers['x-kind'], body].join(' '))
    })
  })

  const answer = await openOutboundLane(1)({
    url: new URL('/call?a=b', server.url),
    method: 'POST',
    headers: { 'x-kind': 'test' },
    body: '验证码',
    timeoutMs: 2_000,
  })

  expect(Date.parse(answer.date)).toBeGreaterThan(Date.now() - 60_000)
  expect(answer).toMatchObject({ status: 418, contentType: 'text/plain', text: 'POST /call?a=b test 验证码' })
})

test('the deadline holds while the answer drips, and the connection is given up', async (t) => {
  let closed: Promise<unknown> = Promise.resolve()
  const server = await startOutsideServer(t, (_, response) => {
    closed = once(response, 'close')
    const drip = setInterval(() => response.write('.'), 10)
    response.on('close', () => clearInterval(drip))
  })
  const startedAt = performance.now()

  const error = await failureOf(openOutboundLane(1)({ url: withSecret(server.url), timeoutMs: 150 }))

  expect(error.failure).toBe('timeout')
  expect(error.neverSent).toBe(false)
  expect(performance.now() - startedAt).toBeGreaterThan(140)
  expect(performance.now() - startedAt).toBeLessThan(1_000 * slowness)
  await closed
})

test('the deadline holds while nothing is answered', async (t) => {
  const server = await startOutsideServer(t, () => {})

  const error = await failureOf(openOutboundLane(1)({ url: withSecret(server.url), timeoutMs: 60 }))

  expect(error.failure).toBe('timeout')
})

test('an answer slower than the connection may be is waited for', async (t) => {
  const server = await startOutsideServer(t, (_, response) => {
    setTimeout(() => response.end('late'), 120)
  })

  const answer = await openOutboundLane(1)({ url: server.url, timeoutMs: 2_000, connectTimeoutMs: 60 })

  expect(answer.text).toBe('late')
})

test('a TLS handshake that never ends is a connection that never came to be', async (t) => {
  const server = await startOutsideSocket(t, () => {})
  const url = withSecret(server.url)
  url.protocol = 'https:'
  const startedAt = performance.now()

  const error = await failureOf(openOutboundLane(1)({ url, timeoutMs: 5_000, connectTimeoutMs: 60 }))

  expect(error.failure).toBe('connect')
  expect(error.neverSent).toBe(true)
  expect(performance.now() - startedAt).toBeLessThan(1_000 * slowness)
})

test('a redirect is not followed, nor is its end waited for', async (t) => {
  const target = await startOutsideServer(t, (_, response) => response.end('followed'))
  let closed: Promise<unknown> = Promise.resolve()
  const server = await startOutsideServer(t, (_, response) => {
    closed = once(response, 'close')
    response.writeHead(302, { location: target.url.href }).write('moved')
  })

  const error = await failureOf(openOutboundLane(1)({ url: withSecret(server.url), timeoutMs: 60_000 }))
  await closed

  expect(error.failure).toBe('redirect')
  expect(target.calls).toBe(0)
})

test.for([
  [299, undefined],
  [300, 'redirect'],
  [399, 'redirect'],
  [400, undefined],
] as const)('status %i ends as %s', async ([status, failure], t) => {
  const server = await startOutsideServer(t, (_, response) => response.writeHead(status).end())
  const call = openOutboundLane(1)({ url: withSecret(server.url), timeoutMs: 2_000 })

  if (failure === undefined) expect((await call).status).toBe(status)
  else expect((await failureOf(call)).failure).toBe(failure)
})

test('an answer may have 64 KiB and not one byte more', async (t) => {
  const server = await startOutsideServer(t, (request, response) => {
    response.end('x'.repeat(request.url === '/most' ? LIMIT : LIMIT + 1))
  })
  const lane = openOutboundLane(1)

  const most = await lane({ url: new URL('/most', server.url), timeoutMs: 2_000 })
  const error = await failureOf(lane({ url: withSecret(server.url), timeoutMs: 2_000 }))

  expect(most.text).toHaveLength(LIMIT)
  expect(error.failure).toBe('too-large')
})

test('a huge answer is not read to its end', async (t) => {
  let sent = 0
  let closed: Promise<unknown> = Promise.resolve()
  const server = await startOutsideServer(t, (_, response) => {
    closed = once(response, 'close')
    const more = (): void => {
      while (sent < 1_000 && !response.destroyed) {
        sent += 1
        if (!response.write(Buffer.alloc(LIMIT))) return void response.once('drain', more)
      }
    }
    more()
  })

  const error = await failureOf(openOutboundLane(1)({ url: withSecret(server.url), timeoutMs: 5_000 }))
  await closed

  expect(error.failure).toBe('too-large')
  expect(sent).toBeLessThan(1_000)
})

test('a lane carries as many calls as it may and refuses the next at once', async (t) => {
  const waiting: (() => void)[] = []
  const server = await startOutsideServer(t, (_, response) => waiting.push(() => response.end('done')))
  const lane = openOutboundLane(2)
  const call = () => lane({ url: withSecret(server.url), timeoutMs: 5_000 })
  const carried = [call(), call()]

  const error = await failureOf(call())
  await expect.poll(() => waiting.length).toBe(2)
  for (const finish of waiting) finish()

  expect(error.failure).toBe('too-many-in-flight')
  expect(error.neverSent).toBe(true)
  expect((await Promise.all(carried)).map(({ text }) => text)).toEqual(['done', 'done'])
  expect(server.calls).toBe(2)
})

test('a call that failed makes room for the next', async (t) => {
  const lane = openOutboundLane(1)
  await failureOf(lane({ url: withSecret(await findClosedPort()), timeoutMs: 2_000 }))
  const server = await startOutsideServer(t, (_, response) => response.end('ok'))

  expect((await lane({ url: server.url, timeoutMs: 2_000 })).text).toBe('ok')
})

test('a stalled lane leaves another one alone', async (t) => {
  const waiting: (() => void)[] = []
  const stalled = await startOutsideServer(t, (_, response) => waiting.push(() => response.end('at last')))
  const healthy = await startOutsideServer(t, (_, response) => response.end('ok'))
  const stalledLane = openOutboundLane(50)
  const calls = Array.from({ length: 50 }, () => stalledLane({ url: stalled.url, timeoutMs: 5_000 }))

  const answer = await openOutboundLane(1)({ url: healthy.url, timeoutMs: 5_000 })
  await expect.poll(() => waiting.length).toBe(50)
  for (const finish of waiting) finish()

  expect(answer.text).toBe('ok')
  expect(new Set((await Promise.all(calls)).map(({ text }) => text))).toEqual(new Set(['at last']))
})

test('a refused connection never sent anything', async () => {
  const error = await failureOf(
    openOutboundLane(1)({ url: withSecret(await findClosedPort()), timeoutMs: 2_000 }),
  )

  expect(error.failure).toBe('connect')
  expect(error.neverSent).toBe(true)
})

test.for([
  ['a reset before the answer', (socket) => socket.once('data', () => socket.resetAndDestroy())],
  ['an end before the answer', (socket) => socket.once('data', () => socket.end())],
  ['half an answer', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf')],
  ['half a chunk', (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhalf')],
  ['something that is not HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n')],
  ['endless headers', (socket) => socket.end(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(LIMIT)}\r\n\r\n`)],
  [
    'a switch of protocols',
    (socket) => socket.write('HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
  ],
] satisfies [string, Parameters<typeof startOutsideSocket>[1]][])(
  '%s is a network failure after which the other side may have acted',
  async ([, listener], t) => {
    const server = await startOutsideSocket(t, listener)
    const startedAt = performance.now()

    const error = await failureOf(openOutboundLane(1)({ url: withSecret(server.url), timeoutMs: 5_000 }))

    expect(error.failure).toBe('network')
    expect(error.neverSent).toBe(false)
    expect(performance.now() - startedAt).toBeLessThan(3_000)
  },
)

test('a header that HTTP cannot carry fails without showing it', async (t) => {
  const server = await startOutsideServer(t, (_, response) => response.end())

  const error = await failureOf(
    openOutboundLane(1)({
      url: withSecret(server.url),
      headers: { authorization: `${SECRET}\n` },
      timeoutMs: 2_000,
    }),
  )

  expect(error.neverSent).toBe(true)
  expect(server.calls).toBe(0)
})

interface TlsServer {
  readonly url: URL
  readonly certificate: string
  connections: number
  requests: number
}

/** Answers the first request slowly. Only a test that trusts its certificate can reach it. */
async function startTlsServer(t: TestContext): Promise<TlsServer> {
  const read = (name: string): string =>
    readFileSync(new URL(`../../testing/tls/test-only-${name}.pem`, import.meta.url), 'utf8')
  const certificate = read('certificate')
  const server = createHttpsServer({ cert: certificate, key: read('key') }, (_, response) => {
    running.requests += 1
    setTimeout(() => response.end('ok'), running.requests === 1 ? 450 : 0)
  })
  server.on('connection', () => (running.connections += 1))
  t.onTestFinished(() => server.close().closeAllConnections())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const url = new URL(`https://localhost:${address.port}`)
  const running: TlsServer = { url, certificate, connections: 0, requests: 0 }
  return running
}

test('nothing is sent to a server whose certificate is not trusted', async (t) => {
  const server = await startTlsServer(t)

  const error = await failureOf(openOutboundLane(1)({ url: withSecret(server.url), timeoutMs: 2_000 }))

  expect(error.failure).toBe('connect')
  expect(server.requests).toBe(0)
})

test('over TLS too only the connection has the shorter deadline, and it is kept for the next call', async (t) => {
  const server = await startTlsServer(t)
  const trusted = getCACertificates('default')
  setDefaultCACertificates([...trusted, server.certificate])
  t.onTestFinished(() => setDefaultCACertificates(trusted))
  const call = () => openOutboundLane(1)({ url: server.url, timeoutMs: 3_000, connectTimeoutMs: 400 })

  expect([(await call()).text, (await call()).text]).toEqual(['ok', 'ok'])
  expect(server.connections).toBe(1)
})
