import { expect, test, type TestContext } from 'vitest'
import { codeOf, flawsOf } from '../../testing/every-endpoint.ts'
import { type RawReply, sendBytes } from '../../testing/raw-http.ts'
import { openLog } from '../log.ts'
import { createHttpServer } from './http-server.ts'

const TOO_SLOW = 'IDAAS.SDK.COM.9408'

/** The transport alone, with less patience than it has of itself. */
async function startImpatient(t: TestContext) {
  const app = createHttpServer({ log: openLog('silent', process.stdout), trustedProxies: [] })
  const limits = { headers: app.server.headersTimeout, request: app.server.requestTimeout }
  let handled = 0
  app.post('/', () => {
    handled += 1
    return 'done'
  })
  app.server.headersTimeout = 100
  app.server.requestTimeout = 150
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  t.onTestFinished(() => app.close())
  return { url, limits, handled: () => handled }
}

/** Writes one more piece every few milliseconds, for ever. */
function dripping(url: string, begin: string, piece: string): Promise<RawReply> {
  return sendBytes(url, begin, {
    andThen(socket) {
      const timer = setInterval(() => socket.write(piece), 10)
      socket.on('close', () => clearInterval(timer))
    },
  })
}

test('who is slow with the headers or the body, or says nothing, is shut out', async (t) => {
  const server = await startImpatient(t)

  const replies = await Promise.all([
    dripping(server.url, 'POST / HTTP/1.1\r\nHost: a\r\n', 'X-a: b\r\n'),
    dripping(server.url, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n', ' '),
    sendBytes(server.url, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{'),
    sendBytes(server.url, 'POST'),
    sendBytes(server.url, ''),
  ])

  for (const reply of replies) {
    expect([reply.httpStatus, codeOf(reply), ...flawsOf(reply)]).toEqual([408, TOO_SLOW])
    expect(reply.headers.get('connection')).toBe('close')
  }
  expect(server.handled()).toBe(0)
})

test('the headers have ten seconds and a request fifteen', async (t) => {
  const { limits } = await startImpatient(t)

  expect(limits).toEqual({ headers: 10_000, request: 15_000 })
})
