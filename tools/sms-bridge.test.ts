import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, test, type TestContext } from 'vitest'
import { openHttpSmsGateway } from '../server/src/app.ts'
import { systemClock } from '../server/src/platform/clock.ts'
import { openOutboundLane, type OutboundRequest } from '../server/src/platform/outbound/outbound.ts'
import { codeMessage } from '../server/src/testing/code-message.ts'
import { startOutsideServer } from '../server/src/testing/outside-server.ts'
import { blocksOf, loadPage } from './documents/pages.ts'

const GUIDE = 'docs/guide/sms-bridge.md'
const SAMPLE_SECRET = 'whsec_YSBzYW1wbGUgc2VjcmV0LCBub2JvZHkgdXNlcyBpdCE='
const SAMPLE_URL = 'https://sms-bridge.example.com/send'
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

function blockIn(page: string, language: string): string {
  return blocksOf(loadPage(page)).find((block) => block.language === language)?.text ?? ''
}

test.each([GUIDE, 'README.md', 'README.zh.md'])('%s shows the very request that is sent', async (page) => {
  const sent: OutboundRequest[] = []
  const gateway = openHttpSmsGateway(
    {
      clock: { now: () => Date.UTC(2026, 0, 1) },
      outbound: async (request) => {
        sent.push(request)
        return { status: 204, contentType: '', date: '', text: '' }
      },
    },
    { url: SAMPLE_URL, secret: SAMPLE_SECRET },
  )
  await gateway.send(codeMessage({ id: 'Q2hbXw0mQeS7n1ZpYk3v9A', verifyCode: '482913', language: 'en' }))

  const [request] = sent
  const headers = Object.entries({ host: request?.url.host, ...request?.headers })
  expect(blockIn(page, 'http')).toBe(
    [
      `${request?.method} ${request?.url.pathname} HTTP/1.1`,
      ...headers.map(([name, value]) => `${name}: ${value}`),
      '',
      `${request?.body}\n`,
    ].join('\n'),
  )
  expect(loadPage(page)).toContain(`\`${SAMPLE_SECRET}\``)
})

/** The guide's bridge, in front of a carrier that answers with these statuses in turn. */
async function startBridge(t: TestContext, ...statuses: number[]) {
  const messages: unknown[] = []
  const carrier = await startOutsideServer(t, async (request, response) => {
    messages.push(JSON.parse(await text(request)))
    response.writeHead(statuses.shift() ?? 500).end()
  })
  const child = spawn(process.execPath, ['--input-type=module', '-'], {
    env: { SMS_BRIDGE_SECRET: SECRET, CARRIER_URL: carrier.url.href, PORT: '0' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.onTestFinished(async () => {
    child.kill()
    await once(child, 'close')
  })
  child.stdin.end(blockIn(GUIDE, 'js'))
  const [line] = await once(child.stdout, 'data')
  const port = /listening on port (\d+)/.exec(String(line))?.[1]

  function gateway(ageMs = 0, secret = SECRET) {
    const clock = { now: () => systemClock.now() - ageMs }
    return openHttpSmsGateway(
      { clock, outbound: openOutboundLane(1) },
      { url: `http://127.0.0.1:${port}`, secret },
    )
  }
  return { gateway, messages }
}

test('the bridge of the guide hands each message to its carrier once', async (t) => {
  const { gateway, messages } = await startBridge(t, 200)
  const message = codeMessage({ language: 'en' })

  expect(await gateway().send(message)).toEqual({ result: 'sent' })
  expect(await gateway().send(message)).toEqual({ result: 'sent' })
  expect(messages).toEqual([{ to: '+8613800138000', text: expect.stringContaining('232326 is your code') }])
})

test('the bridge of the guide tells a message that did not go out from one that may have', async (t) => {
  const { gateway, messages } = await startBridge(t, 400, 500)

  expect(await gateway().send(codeMessage())).toEqual({ result: 'failed', because: 'answer 422' })
  expect(await gateway().send(codeMessage())).toEqual({ result: 'unknown', because: 'answer 502' })
  expect(messages).toHaveLength(2)
})

test('the bridge of the guide takes nothing that is not signed, or signed too long ago', async (t) => {
  const { gateway, messages } = await startBridge(t, 200, 200)
  const refused = { result: 'failed', because: 'answer 401' }

  expect(await gateway(0, SAMPLE_SECRET).send(codeMessage())).toEqual(refused)
  expect(await gateway(310_000).send(codeMessage())).toEqual(refused)
  expect(messages).toEqual([])
  expect(await gateway(290_000).send(codeMessage())).toEqual({ result: 'sent' })
})
