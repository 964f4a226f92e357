import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../platform/clock.ts'
import { openOutboundLane, type Outbound } from '../platform/outbound/outbound.ts'
import { codeMessage } from '../testing/code-message.ts'
import { openHttpSmsGateway } from './http-sms-gateway.ts'
import { MAX_IN_FLIGHT } from './message.ts'

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

test('a message arrives signed, with everything that a bridge to a carrier needs', async () => {
  const carrier = await startCarrier((_, response) => response.end())
  const message = codeMessage({ language: 'en' })

  expect(await gatewayTo(carrier.url).send(message)).toEqual({ result: 'sent' })

  const [request] = carrier.requests
  expect(request?.method).toBe('POST')
  expect(request?.headers['content-type']).toBe('application/json')
  expect(request?.headers['webhook-id']).toBe(message.id)
  expect(verify(request)).toEqual({
    id: message.id,
    to: '+8613800138000',
    channel: 'sms',
    purpose: 'BIND_MOBILE_SMS',
    template: 'bind',
    language: 'en',
    text: expect.stringContaining('Demo: 232326 is your code'),
    code: '232326',
    application: 'Demo',
    expires_in: 300,
  })
})

test('a changed body or another secret is not taken for ours', async () => {
  const carrier = await startCarrier((_, response) => response.end())
  await gatewayTo(carrier.url).send(codeMessage())
  const [request] = carrier.requests

  expect(() => verify(request && { ...request, body: request.body.replace('8000', '8001') })).toThrow()
  expect(() => verify(request, `whsec_${Buffer.alloc(32, 8).toString('base64')}`)).toThrow()
})

test.each([
  [200, 'sent'],
  [202, 'sent'],
  [204, 'sent'],
  [400, 'failed'],
  [429, 'failed'],
  [499, 'failed'],
  [500, 'unknown'],
  [503, 'unknown'],
  [302, 'unknown'],
])('the answer %i is %s', async (status, result) => {
  const carrier = await startCarrier((_, response) => response.writeHead(status, { location: '/' }).end())

  expect(await gatewayTo(carrier.url).send(codeMessage())).toMatchObject({ result })
  expect(carrier.requests).toHaveLength(1)
})

test('a carrier that nobody can connect to did not send it', async () => {
  const carrier = await startCarrier((_, response) => response.end())
  await carrier.close()

  expect(await gatewayTo(carrier.url).send(codeMessage())).toEqual({ result: 'failed', because: 'connect' })
})

test('a connection that breaks after the request is unknown', async () => {
  const carrier = await startCarrier((request) => request.socket.destroy())

  expect(await gatewayTo(carrier.url).send(codeMessage())).toEqual({ result: 'unknown', because: 'network' })
})

test('a carrier that takes too long is unknown, after five seconds at most', async () => {
  const carrier = await startCarrier(() => {})
  const lane = openOutboundLane(1)
  const asked: number[] = []
  const impatient: Outbound = (request) => {
    asked.push(request.timeoutMs)
    return lane({ ...request, timeoutMs: 60 })
  }

  expect(await gatewayTo(carrier.url, impatient).send(codeMessage())).toEqual({
    result: 'unknown',
    because: 'timeout',
  })
  expect(asked).toEqual([5_000])
})

test('when a hundred are under way, the next one fails at once', async () => {
  const waiting: ServerResponse[] = []
  const hundred = Promise.withResolvers<void>()
  const carrier = await startCarrier((_, response) => {
    if (waiting.push(response) === 100) hundred.resolve()
  })
  const gateway = gatewayTo(carrier.url)
  const sending = Array.from({ length: 100 }, () => gateway.send(codeMessage()))
  await hundred.promise

  expect(await gateway.send(codeMessage())).toEqual({ result: 'failed', because: 'too-many-in-flight' })

  for (const response of waiting) response.end()
  expect(new Set((await Promise.all(sending)).map(({ result }) => result))).toEqual(new Set(['sent']))
  expect(carrier.requests).toHaveLength(100)
})

test.each([
  'http://sms.example.com/send',
  'ftp://sms.example.com',
  'sms.example.com',
  'https://user:pa55word@sms.example.com',
])('the url %s is refused at the start, and not shown', (url) => {
  const opening = () =>
    openHttpSmsGateway({ clock: systemClock, outbound: openOutboundLane(1) }, { url, secret: SECRET })

  expect(opening).toThrow(
    expect.objectContaining({ name: 'StartError', message: expect.not.stringContaining('example') }),
  )
})

test('plain http to another machine wants to be allowed by name', () => {
  const settings = { url: 'http://sms-bridge:8080/send', secret: SECRET }
  const deps = { clock: systemClock, outbound: openOutboundLane(1) }

  expect(() => openHttpSmsGateway(deps, settings)).toThrow('danger_plaintext')
  expect(openHttpSmsGateway(deps, { ...settings, danger_plaintext: true }).channel).toBe('sms')
})

test.each([
  ['', false],
  ['7'.repeat(32), false],
  [`whsec_${Buffer.alloc(23).toString('base64')}`, false],
  [`whsec_${Buffer.alloc(24).toString('base64')}`, true],
  [`whsec_${Buffer.alloc(64).toString('base64')}`, true],
  [`whsec_${Buffer.alloc(65).toString('base64')}`, false],
  [`whsec_${Buffer.alloc(32).toString('base64')}!`, false],
])('the secret "%s" is accepted: %s', (secret, isAccepted) => {
  const opening = () =>
    openHttpSmsGateway(
      { clock: systemClock, outbound: openOutboundLane(1) },
      { url: 'https://localhost', secret },
    )

  if (isAccepted) expect(opening).not.toThrow()
  else
    expect(opening).toThrow(
      'The secret of the SMS gateway must be whsec_ and 24 to 64 random bytes in base64',
    )
})

interface ReceivedRequest {
  readonly method: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

function gatewayTo(url: string, outbound: Outbound = openOutboundLane(MAX_IN_FLIGHT)) {
  return openHttpSmsGateway({ clock: systemClock, outbound }, { url, secret: SECRET })
}

/** As a bridge would: by the published library, with its own clock. */
function verify(request: ReceivedRequest | undefined, secret = SECRET): unknown {
  const header = (name: string) => String(request?.headers[name])
  return new Webhook(secret).verify(request?.body ?? '', {
    'webhook-id': header('webhook-id'),
    'webhook-timestamp': header('webhook-timestamp'),
    'webhook-signature': header('webhook-signature'),
  })
}

async function startCarrier(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const requests: ReceivedRequest[] = []
  const server = createServer(async (request, response) => {
    requests.push({ method: request.method, headers: request.headers, body: await text(request) })
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => stop(server))
  return { url: `http://127.0.0.1:${portOf(server)}/send`, requests, close: () => stop(server) }
}

function portOf(server: Server): number {
  // A server that listens on TCP has an address with a port.
  return (server.address() as AddressInfo).port
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise<unknown>((resolve) => server.close(resolve))
}
