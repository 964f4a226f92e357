import type { IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, test, type TestContext } from 'vitest'
import type { CodeMessage, Gateway, SendOutcome } from '../messages/index.ts'
import type { Clock } from '../platform/clock.ts'
import { openOutboundLane, type Outbound } from '../platform/outbound/outbound.ts'
import { codeMessage } from './code-message.ts'
import { findClosedPort, startOutsideServer, startOutsideSocket } from './outside-server.ts'
import { standingClock } from './test-clock.ts'

export interface VendorRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface VendorReply {
  /** 200 when not given. */
  readonly status?: number
  /** JSON, unless it is text already. */
  readonly body: unknown
}

/** A vendor on this machine: remembers what it was asked, and answers every time the same. */
export async function startVendor(t: TestContext, reply: VendorReply) {
  const requests: VendorRequest[] = []
  const { url } = await startOutsideServer(t, (request, response) => {
    void text(request).then((body) => {
      const { method = '', url: path = '', headers } = request
      requests.push({ method, path, headers, body })
      response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', location: '/elsewhere' })
      response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body))
    })
  })
  return {
    url,
    endpoint: url.origin,
    requests,
    /** The one request that came; fails the test when there were none, or more. */
    get request(): VendorRequest {
      expect(requests).toHaveLength(1)
      const [request] = requests
      if (request === undefined) throw new Error('no request came')
      return request
    },
  }
}

export interface GatewayUnderTest {
  /** A gateway that asks there, and has a template for `codeMessage()`. */
  open(deps: { readonly clock: Clock; readonly outbound: Outbound }, endpoint: string): Gateway
  /** What nothing may show. */
  readonly secrets: readonly string[]
  readonly taken: VendorReply
  /** An answer of the vendor's that holds this error code. */
  refusing(code: string): VendorReply
}

/** Sends one message to a vendor that answers so. */
export async function outcomeOfReply(
  t: TestContext,
  gateway: GatewayUnderTest,
  reply: VendorReply,
  message: CodeMessage = codeMessage(),
): Promise<SendOutcome> {
  const vendor = await startVendor(t, reply)
  const outcome = await openAt(gateway, vendor.url).send(message)
  expect(vendor.requests).toHaveLength(1)
  return outcome
}

/** What holds for every vendor that is asked over HTTP, as tests of the file that calls this. */
export function testFaults(gateway: GatewayUnderTest): void {
  test('nobody answers there: certainly not sent', async () => {
    const outcome = await openAt(gateway, await findClosedPort()).send(codeMessage())

    expect(outcome).toEqual({ result: 'failed', because: 'connect' })
  })

  test('no place in the lane: certainly not sent', async (t) => {
    const vendor = await startVendor(t, gateway.taken)

    const outcome = await openAt(gateway, vendor.url, openOutboundLane(0)).send(codeMessage())

    expect(outcome).toEqual({ result: 'failed', because: 'too-many-in-flight' })
    expect(vendor.requests).toEqual([])
  })

  test('a connection that breaks after the request: perhaps sent', async (t) => {
    const vendor = await startOutsideSocket(t, (socket) =>
      socket.once('data', () => socket.resetAndDestroy()),
    )

    const outcome = await openAt(gateway, vendor.url).send(codeMessage())

    expect(outcome).toEqual({ result: 'unknown', because: 'network' })
    expect(vendor.calls).toBe(1)
  })

  test('no answer within five seconds: perhaps sent', async (t) => {
    const vendor = await startOutsideServer(t, () => {})
    const lane = openOutboundLane(1)
    const asked: number[] = []

    const outcome = await openAt(gateway, vendor.url, (request) => {
      asked.push(request.timeoutMs)
      return lane({ ...request, timeoutMs: 60 })
    }).send(codeMessage())

    expect(outcome).toEqual({ result: 'unknown', because: 'timeout' })
    expect(asked).toEqual([5_000])
  })

  test('an answer of ten megabytes: perhaps sent', async (t) => {
    const body = JSON.stringify(gateway.taken.body) + ' '.repeat(10 * 1024 * 1024)

    const outcome = await outcomeOfReply(t, gateway, { ...gateway.taken, body })

    expect(outcome).toEqual({ result: 'unknown', because: 'too-large' })
  })

  test('a redirect is not followed: perhaps sent', async (t) => {
    const outcome = await outcomeOfReply(t, gateway, { ...gateway.taken, status: 302 })

    expect(outcome).toEqual({ result: 'unknown', because: 'redirect' })
  })

  test.for([
    ['html', '<html>503 <b>232326</b></html>'],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['a number', '1'],
    ['an object without anything', '{}'],
    ['half of one', '{"Code":"OK"'],
    ['deep nesting', '['.repeat(30_000)],
    ['foreign names', '{"__proto__":{"Code":"OK"},"constructor":{"code":"000000"}}'],
  ])('an answer of %s: perhaps sent', async ([, body], t) => {
    for (const status of [200, 201, 400, 403, 404, 407, 500, 502]) {
      const outcome = await outcomeOfReply(t, gateway, { status, body })

      expect(outcome).toEqual({ result: 'unknown', because: `answer ${status}` })
    }
  })

  test.for([500, 502, 503, 504])('a %i: perhaps sent, whatever it says', async (status, t) => {
    expect(await outcomeOfReply(t, gateway, { ...gateway.taken, status })).toEqual({
      result: 'unknown',
      because: `answer ${status}`,
    })
  })

  test('what the vendor writes is not repeated unless it is a plain code', async (t) => {
    const sentences = [
      '13800138000',
      '+8613800138000',
      '138.0013.8000',
      '232326',
      'E232326',
      'isv.code232326',
      'FailedOperation.232326',
      'isv.n13800138000',
      'isv.n138_0013_8000',
      'FailedOperation.n13800138000',
      `isv.${'X'.repeat(80)}`,
      'Not for 138 0013 8000',
      'isv.SMS_SIGNATURE_ILLEGAL\nforged line',
      'x'.repeat(200),
      ...gateway.secrets,
    ]
    for (const sentence of sentences) {
      const outcome = await outcomeOfReply(t, gateway, gateway.refusing(sentence))

      expect(outcome).not.toEqual({ result: 'sent' })
      for (const word of [sentence, '232326', '13800138000']) {
        expect(JSON.stringify(outcome)).not.toContain(JSON.stringify(word).slice(1, -1))
      }
    }
  })
}

function openAt(gateway: GatewayUnderTest, url: URL, outbound: Outbound = openOutboundLane(1)): Gateway {
  return gateway.open({ clock: standingClock(), outbound }, url.origin)
}
