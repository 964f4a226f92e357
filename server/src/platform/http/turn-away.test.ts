import { expect, test, vi } from 'vitest'
import { exchangeRaw } from '../../testing/raw-http.ts'
import { startServer } from '../../testing/server.ts'

const BUSY = {
  code: 'IDAAS.SDK.COM.9503',
  zh: '服务繁忙，请稍后重试',
  en: 'The service is busy, please try again later',
}
const LOGIN = '/api/v2/sdk/login/wechat-miniprogram'

test('whoever is turned away is told when to come again, in his language, and nothing of his is done', async (t) => {
  const server = await startServer(t, { server: { loadGate: { take: () => false } } })
  const ask = (headers: Record<string, string>) =>
    fetch(`${server.url}${LOGIN}`, { method: 'POST', headers, body: '{"code":"mock:alice"}' })

  const response = await ask({})
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toBe('1')
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(await response.json()).toEqual({ error_code: BUSY.code, error_msg: BUSY.zh })
  expect(await (await ask({ 'X-L': 'en' })).json()).toEqual({ error_code: BUSY.code, error_msg: BUSY.en })

  expect(await server.count('sign_in')).toBe(0)
  expect(server.logLines.filter((line) => line.includes('turned away'))).toHaveLength(1)
})

test('whoever expects something unheard-of is turned away like everybody', async (t) => {
  const server = await startServer(t, { server: { loadGate: { take: () => false } } })
  for (const expectation of ['something', '100-continue']) {
    const headers = [['Expect', expectation]] as const
    const reply = await exchangeRaw(server.url, { method: 'POST', path: LOGIN, headers, body: '{}' })
    expect(reply.text).toContain(BUSY.code)
  }
})

test('whoever hangs up while he stands in line is not served any more, and is counted', async (t) => {
  const line: (() => void)[] = []
  const server = await startServer(t, { server: { loadGate: { take: (serve) => line.push(serve) > 0 } } })
  const hangingUp = new AbortController()
  const asked = fetch(`${server.url}${LOGIN}`, { method: 'POST', signal: hangingUp.signal })
  await vi.waitFor(() => expect(line).toHaveLength(1))
  hangingUp.abort()
  await expect(asked).rejects.toThrow()

  await vi.waitFor(async () => {
    line[0]?.()
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    expect(metrics).toMatch(/ligature_http_requests_total\{[^}]*status="499"[^}]*\} [1-9]/)
  })
})

test('a page of another origin can read that it was turned away, and when to come again', async (t) => {
  const server = await startServer(t, { server: { loadGate: { take: () => false } } })
  const { headers } = await fetch(`${server.url}${LOGIN}`, {
    method: 'POST',
    headers: { origin: 'https://shop.example' },
  })

  expect(headers.get('access-control-allow-origin')).toBe('*')
  expect(headers.get('access-control-expose-headers')).toBe('Retry-After')
})

test('probes, metrics and the published keys are served all the same, and the metrics tell of the others', async (t) => {
  const server = await startServer(t, { server: { loadGate: { take: () => false } } })
  await fetch(`${server.url}${LOGIN}`, { method: 'POST' })

  for (const path of ['/live', '/ready', '/api/v1/oauth2/keys', '/metrics', '/ready?why']) {
    expect(`${path} ${(await fetch(server.url + path)).status}`).toBe(`${path} 200`)
  }
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  expect(metrics).toMatch(/ligature_[a-z_]*refus[a-z_]*\{[^}]*IDAAS\.SDK\.COM\.9503[^}]*\} 1/)
})

test('a connection on which somebody was turned away goes on to serve', async (t) => {
  let isBusy = true
  const server = await startServer(t, {
    server: { loadGate: { take: (serve: () => void) => !isBusy && (serve(), true) } },
  })
  const program = server.miniProgram()

  expect(await program.login('alice')).toMatchObject({ httpStatus: 503 })
  isBusy = false
  expect(await program.login('alice')).toMatchObject({ outcome: 'SOCIAL_BIND' })
})

test('two hundred and fifty-six at once are served', async (t) => {
  const server = await startServer(t, { server: { loadGate: undefined } })
  const program = server.miniProgram()

  const replies = await Promise.all(
    Array.from({ length: 256 }, (_, index) => program.login(`somebody${index}`)),
  )

  expect(new Set(replies.map((reply) => reply.outcome))).toEqual(new Set(['SOCIAL_BIND']))
})
