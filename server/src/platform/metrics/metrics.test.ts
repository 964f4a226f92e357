import { sql } from 'kysely'
import { expect, test, vi } from 'vitest'
import { readMetrics } from '../../testing/metrics-page.ts'
import { exchangeRaw } from '../../testing/raw-http.ts'
import { BIND_CLIENT_ID, startServer, type TestServer } from '../../testing/server.ts'
import { startOutsideServer } from '../../testing/outside-server.ts'
import { openMetrics } from './metrics.ts'

const LOGIN = '/api/v2/sdk/login/wechat-miniprogram'
const BIND = '/api/v2/sdk/social/bind'
const CODE_INCORRECT = 'IDAAS.SDK.CAPTCHA.0007'

/** Li signs in by a wrong code and then the right one; a stranger knows no state token. */
async function signInOnce(server: TestServer): Promise<void> {
  await server.addUser({ mobile: '13800138000' })
  const signIn = await server.miniProgram().openSignIn('li')
  await signIn.send('13800138000')
  const code = await server.miniProgram().newestCode('13800138000')
  expect((await signIn.bind('13800138000', code === '000000' ? '000001' : '000000')).httpStatus).toBe(400)
  expect((await signIn.bind('13800138000', code)).outcome).toBe('SUCCESS')
  expect((await server.miniProgram().login('li')).outcome).toBe('SUCCESS')
}

test('requests, refusals and sign-ins are counted by declared path, code and status', async (t) => {
  const server = await startServer(t)
  await signInOnce(server)
  await fetch(`${server.url}/api/v2/sdk/nothing?token=abc`)
  await fetch(`${server.url}${BIND}`)

  const page = await readMetrics(server.url)

  const requests = 'ligature_http_requests_total'
  expect(page.total(requests, { method: 'POST', route: LOGIN, status: '200' })).toBe(2)
  expect(page.total(requests, { method: 'POST', route: BIND, status: '200' })).toBe(1)
  expect(page.total(requests, { method: 'POST', route: BIND, status: '400' })).toBe(1)
  expect(page.total(requests, { method: 'GET', route: 'unknown', status: '404' })).toBe(1)
  expect(page.total(requests, { method: 'GET', route: 'unknown', status: '405' })).toBe(1)
  const durations = 'ligature_http_request_duration_seconds'
  expect(page.total(`${durations}_count`, { route: BIND })).toBe(2)
  expect(page.total(`${durations}_bucket`, { route: BIND, le: '+Inf' })).toBe(2)
  expect(page.total(`${durations}_sum`, { route: BIND })).toBeGreaterThan(0)
  expect(page.total('ligature_refusals_total', { code: CODE_INCORRECT })).toBe(1)
  expect(page.total('ligature_refusals_total', { code: 'IDAAS.SDK.COM.9404' })).toBe(1)
  const signIns = 'ligature_sign_ins_total'
  expect(page.total(signIns, { route: LOGIN, status: 'SOCIAL_BIND' })).toBe(1)
  expect(page.total(signIns, { route: LOGIN, status: 'SUCCESS' })).toBe(1)
  expect(page.total(signIns, { route: BIND, status: 'SUCCESS' })).toBe(1)
  expect(page.total(signIns, { route: BIND, status: 'refused' })).toBe(1)
  expect(page.total(signIns)).toBe(4)
})

test('what never becomes a request is counted as well', async (t) => {
  const server = await startServer(t)
  await exchangeRaw(server.url, { method: 'GET', path: '/live', headers: [['A', 'x'.repeat(17_000)]] })
  await exchangeRaw(server.url, { method: 'GET', path: '/%zz' })

  const page = await readMetrics(server.url)

  expect(page.total('ligature_http_requests_total', { route: 'unknown', status: '431' })).toBe(1)
  expect(page.total('ligature_refusals_total', { code: 'IDAAS.SDK.COM.9431' })).toBe(1)
  expect(page.total('ligature_http_requests_total', { route: 'unknown', status: '400' })).toBe(1)
})

test('a caller who hangs up is counted as 499, and a fault of ours as a failed sign-in', async (t) => {
  const asked = Promise.withResolvers<void>()
  const hungUp = Promise.withResolvers<void>()
  const weChat = await startOutsideServer(t, (_request, response) => {
    asked.resolve()
    void hungUp.promise.then(() => response.end('{"openid":"o-li","session_key":"k"}'))
  })
  const server = await startServer(t, { server: { weChatApi: weChat.url } })
  const patience = new AbortController()
  const call = fetch(`${server.url}${LOGIN}`, {
    method: 'POST',
    headers: deviceHeaders,
    body: '{"code":"abc"}',
    signal: patience.signal,
  })
  await asked.promise
  patience.abort()
  await expect(call).rejects.toThrow()
  const requests = 'ligature_http_requests_total'
  await vi.waitFor(async () =>
    expect((await readMetrics(server.url)).total(requests, { route: LOGIN, status: '499' })).toBe(1),
  )
  hungUp.resolve()
  await server.deployment.close()
  await server.miniProgram().login('li')

  const page = await readMetrics(server.url)

  expect(page.total('ligature_sign_ins_total', { route: LOGIN, status: 'failed' })).toBe(2)
})

const deviceHeaders = {
  'X-operating-sys-version': 'Android 10',
  'X-device-fingerprint': '156aysdna213sc50',
  'X-agent': 'test',
  'X-client-id': BIND_CLIENT_ID,
}

test('calls to WeChat are counted by the class of the answer, or by why there was none', async (t) => {
  const weChat = await startOutsideServer(t, (_request, response) => {
    if (weChat.calls === 1) response.end('{"openid":"o-li","session_key":"k"}')
    else if (weChat.calls === 2) response.writeHead(502).end()
    else response.destroy()
  })
  const server = await startServer(t, { server: { weChatApi: weChat.url } })
  for (const code of ['one', 'two', 'three']) await server.miniProgram().login(`mock:${code}`)

  const page = await readMetrics(server.url)

  const calls = (result: string) => page.total('ligature_outbound_calls_total', { lane: 'wechat', result })
  expect([calls('2xx'), calls('5xx'), calls('network')]).toEqual([1, 1, 1])
  expect(page.total('ligature_outbound_call_duration_seconds_count', { lane: 'wechat' })).toBe(3)
})

test('the database is watched: statements, transactions, and what fails', async (t) => {
  const server = await startServer(t)
  await signInOnce(server)
  const row = { name: 'twice', value: '' }
  const insert = () => server.deployment.db.insertInto('deployment').values(row).execute()
  await insert()
  await expect(insert()).rejects.toThrow()

  const page = await readMetrics(server.url)

  for (const kind of ['select', 'insert', 'update', 'begin', 'commit']) {
    expect(page.total('ligature_store_statement_duration_seconds_count', { kind })).toBeGreaterThan(0)
  }
  const ended = (end: string) => page.total('ligature_store_transaction_duration_seconds_count', { end })
  expect(ended('committed')).toBeGreaterThan(3)
  expect(ended('committed') + ended('rolled back')).toBe(
    page.total('ligature_store_statement_duration_seconds_count', { kind: 'begin' }),
  )
  expect(page.total('ligature_store_failures_total', { kind: 'insert', failure: 'other' })).toBe(1)
  expect(page.total('ligature_store_failures_total')).toBe(1)
  const isPooled = server.data.settings.database !== undefined
  expect(page.values('ligature_store_connections')).toHaveLength(isPooled ? 3 : 0)
  expect(page.total('ligature_store_up')).toBe(1)
  expect(page.values('ligature_build_info', { store: isPooled ? 'postgres' : 'sqlite' })).toEqual([1])
})

test('a failure of PostgreSQL is told from its being away', async (t) => {
  const server = await startServer(t)
  if (server.data.settings.database === undefined) return
  const { db } = server.deployment
  await expect(sql`do $$ begin raise exception using errcode = '40001'; end $$`.execute(db)).rejects.toThrow()
  await expect(sql`select pg_terminate_backend(pg_backend_pid())`.execute(db)).rejects.toThrow()

  const page = await readMetrics(server.url)

  const failures = (failure: string) =>
    page.total('ligature_store_failures_total', { kind: 'other', failure })
  expect([failures('undone'), failures('away'), failures('other')]).toEqual([1, 1, 0])
  // For a moment the pool may still hand out the connection that was cut.
  await expect.poll(async () => (await readMetrics(server.url)).total('ligature_store_up')).toBe(1)
})

test('the page is there while the database is not, and says so', async (t) => {
  const server = await startServer(t)
  expect((await readMetrics(server.url)).total('ligature_store_up')).toBe(1)

  await server.deployment.close()

  expect((await readMetrics(server.url)).values('ligature_store_up')).toEqual([0])
  expect((await fetch(`${server.url}/ready`)).status).toBe(503)
})

test('a database that hangs is waited for a second, and not asked again meanwhile', async (t) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  t.onTestFinished(() => void vi.useRealTimers())
  const answer = Promise.withResolvers<boolean>()
  let asked = 0
  const metrics = openMetrics({
    activity: {
      store: 'postgres',
      pool: () => ({ inUse: 20, idle: 0, waiting: 3 }),
      listen: () => undefined,
    },
    isStoreReady: () => {
      asked += 1
      return answer.promise
    },
    signInRoutes: new Set(),
    lostLogLines: () => 7,
  })
  t.onTestFinished(() => metrics.close())

  const pages = [metrics.render(), metrics.render()]
  await vi.advanceTimersByTimeAsync(1_000)

  for (const { text } of await Promise.all(pages)) expect(text).toContain('\nligature_store_up 0\n')
  expect(asked).toBe(1)
  answer.resolve(true)
  const { text } = await metrics.render()
  expect(text).toContain('\nligature_store_up 1\n')
  expect(text).toContain('\nligature_store_connections{state="waiting"} 3\n')
  expect(text).toContain('\nligature_log_lines_lost_total 7\n')
})

test('the page has the format’s content type, and HEAD its headers', async (t) => {
  const server = await startServer(t)

  const page = await fetch(`${server.url}/metrics`)
  expect(page.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(page.headers.get('cache-control')).toBe('no-store')

  const head = await exchangeRaw(server.url, { method: 'HEAD', path: '/metrics' })
  expect(head.httpStatus).toBe(200)
  expect(head.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(Number(head.headers.get('content-length'))).toBeGreaterThan(1000)
  expect(head.text).toBe('')
})

test('the process tells of its memory, its time and the event loop', async (t) => {
  const server = await startServer(t)
  await readMetrics(server.url)

  const page = await readMetrics(server.url)

  expect(page.total('process_resident_memory_bytes')).toBeGreaterThan(10_000_000)
  const { user, system } = process.cpuUsage()
  expect(page.total('process_cpu_seconds_total')).toBeCloseTo((user + system) / 1e6, -1)
  expect(page.total('process_start_time_seconds')).toBeCloseTo(performance.timeOrigin / 1000, -1)
  expect(page.values('ligature_event_loop_lag_seconds')).toHaveLength(4)
  for (const lag of page.values('ligature_event_loop_lag_seconds')) expect(lag).toBeLessThan(20)
})

test('two servers of one process count for themselves', async (t) => {
  const [one, other] = [await startServer(t), await startServer(t)]
  await one.miniProgram().login('li')

  expect((await readMetrics(one.url)).total('ligature_sign_ins_total')).toBe(1)
  expect((await readMetrics(other.url)).total('ligature_sign_ins_total')).toBe(0)
})

test('nothing that a caller makes up becomes a series', async (t) => {
  const server = await startServer(t)
  await signInOnce(server)
  await makeUp(server, 'mallory')
  // The page itself is a request that the next one tells of.
  await readMetrics(server.url)
  const before = await readMetrics(server.url)

  for (const round of ['mallory2', 'mallory3', 'mallory4']) await makeUp(server, round)

  const after = await readMetrics(server.url)
  expect([...after.series].filter((series) => !before.series.has(series))).toEqual([])
  expect(after.text).not.toMatch(/mallory|client-|13800138/)
})

/** Names in every place where a caller may put one. */
async function makeUp(server: TestServer, name: string): Promise<void> {
  const program = server.miniProgram({ clientId: `client-${name}` })
  await program.login(name)
  await server.miniProgram().login(name)
  const headers = { 'X-state-token': name, 'session-token': name, Authorization: `Bearer ${name}` }
  await server.miniProgram().call('social/bind', { headers, body: { mobile: name, verify_code: name } })
  await server.miniProgram().call('sms/send', { body: { mobile: '13800138000', type: name } })
  for (const method of ['GET', 'POST', 'PROPFIND', 'M-SEARCH']) {
    await exchangeRaw(server.url, { method, path: `/${name}/${name}?${name}=${name}` })
  }
  await exchangeRaw(server.url, { method: 'GET', path: `/dev/page/${name}.js` })
  await exchangeRaw(server.url, { method: 'OPTIONS', path: `/${name}` })
}
