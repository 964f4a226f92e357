import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, test, type TestContext } from 'vitest'
import { z } from 'zod'
import { connectionRefusals } from '../connections/index.ts'
import { transportRefusals } from '../platform/http/refusals.ts'
import type { Reply } from '../testing/mini-program.ts'
import { findClosedPort, startOutsideServer } from '../testing/outside-server.ts'
import { startServer, type TestServer } from '../testing/server.ts'
import { slowness } from '../testing/slowness.ts'

const APP_SECRET = 'the-secret-of-the-mini-program'
const SESSION_KEY = 'iTnI15CLymAVnTBcDo3f0w=='
const ZHANGSAN = '11012345678'
const ZHANGSAN_CODE = '232326'

const LANE = 100
const STALLED = 500
/** Five hundred calls at once; machines differ. */
const PATIENCE = { timeout: 90_000 }
/** What a login may take with WeChat as slow as can be: three seconds are WeChat's, the rest is ours. */
const LONGEST_MS = 3_000 + 300 * slowness
/** Of a call that has nothing to do with WeChat, on a machine that has other things to do as well. */
const UNAFFECTED_MS = 1_000 * slowness
/** Of 500 calls at once, until the last of them is under way: the client is in this process too. */
const BURST_MS = 2_000 * slowness

type Trouble = (response: ServerResponse, request: IncomingMessage) => void

/** WeChat's answer, in which nothing is missing but what is wrong with it. */
function answering(answer: Readonly<Record<string, unknown>> | string, status = 200): Trouble {
  const text = typeof answer === 'string' ? answer : JSON.stringify({ session_key: SESSION_KEY, ...answer })
  return (response) => response.writeHead(status, { 'content-type': 'text/plain' }).end(text)
}

/** Repeats the request, as error pages do: the app secret and the code are in it. */
function telling(status: number, headers: Readonly<Record<string, string>> = {}): Trouble {
  return (response, request) =>
    response
      .writeHead(status, { 'content-type': 'text/html', ...headers })
      .end(`<html><pre>${request.url} failed</pre></html>`)
}

const { sourceUnavailable, sourceRefusedCode, sourceBusy, sourceBlockedUser, sourceMisconfigured } =
  connectionRefusals

/** What WeChat can do to us, and what the person is told. */
const troubles: Readonly<Record<string, readonly [Trouble, { readonly code: string }]>> = {
  silence: [() => {}, sourceUnavailable],
  'headers and then silence': [(response) => response.writeHead(200).flushHeaders(), sourceUnavailable],
  'a byte in a tenth of a second': [
    (response) => {
      const timer = setInterval(() => response.write(' '), 100)
      response.on('close', () => clearInterval(timer))
    },
    sourceUnavailable,
  ],
  'a page': [telling(200), sourceUnavailable],
  'a page of its gateway': [telling(502), sourceUnavailable],
  'an error': [telling(500), sourceUnavailable],
  'the right answer with the wrong status': [answering({ openid: 'o-mallory' }, 500), sourceUnavailable],
  'a redirect': [telling(302, { location: '/sns/jscode2session?js_code=well' }), sourceUnavailable],
  'a permanent redirect': [telling(308, { location: '/sns/jscode2session?js_code=well' }), sourceUnavailable],
  'a reset': [(_, request) => request.socket.resetAndDestroy(), sourceUnavailable],
  'a reset within the answer': [
    (response, request) => {
      response.writeHead(200, { 'content-length': 1_000 }).write('{"openid":"o-mallory"}', () => {
        request.socket.resetAndDestroy()
      })
    },
    sourceUnavailable,
  ],
  'no HTTP': [(_, request) => request.socket.end('well well\r\n\r\n'), sourceUnavailable],
  '10 MB': [answering(`${' '.repeat(10_000_000)}{"openid":"o-mallory"}`), sourceUnavailable],
  nothing: [answering(''), sourceUnavailable],
  'half an answer': [answering('{"openid":"o-mallory"'), sourceUnavailable],
  'two answers': [answering('{"openid":"o-alice","openid":"o-mallory"}'), sourceUnavailable],
  'an answer in a list': [answering('[{"openid":"o-mallory"}]'), sourceUnavailable],
  'the word null': [answering('null'), sourceUnavailable],
  'no openid': [answering({}), sourceUnavailable],
  'an empty openid': [answering({ openid: '' }), sourceUnavailable],
  'a blank openid': [answering({ openid: ' ' }), sourceUnavailable],
  'a null openid': [answering({ openid: null }), sourceUnavailable],
  'an openid that says null': [answering({ openid: 'null' }), sourceUnavailable],
  'a number for an openid': [answering({ openid: 12_345 }), sourceUnavailable],
  'a list for an openid': [answering({ openid: ['o-mallory'] }), sourceUnavailable],
  'a huge openid': [answering({ openid: 'o'.repeat(1_000) }), sourceUnavailable],
  'a number for a unionid': [answering({ openid: 'o-mallory', unionid: 1 }), sourceUnavailable],
  'a person and an errcode': [answering({ openid: 'o-mallory', errcode: 40029 }), sourceRefusedCode],
  'the errcode 40029': [answering({ errcode: 40029, errmsg: APP_SECRET }), sourceRefusedCode],
  'the errcode 40029 in quotes': [answering({ errcode: '40029', errmsg: SESSION_KEY }), sourceRefusedCode],
  'the errcode 40163 in quotes': [answering({ errcode: '40163' }), sourceRefusedCode],
  'the errcode 45011 in quotes': [answering({ errcode: '45011' }), sourceBusy],
  'the errcode 40226 in quotes': [answering({ errcode: '40226' }), sourceBlockedUser],
  'the errcode 40125': [answering({ errcode: 40125, errmsg: 'invalid appsecret' }), sourceMisconfigured],
  'the errcode -1 each time': [answering({ errcode: -1 }), sourceUnavailable],
  'the errcode -1 in quotes each time': [answering({ errcode: '-1' }), sourceUnavailable],
  'an errcode that nobody knows': [answering({ errcode: 99_999 }), sourceUnavailable],
  'an errcode that is none': [answering({ openid: 'o-mallory', errcode: 'ok' }), sourceUnavailable],
  'an errcode in a list': [answering({ openid: 'o-mallory', errcode: [0] }), sourceUnavailable],
}

/** A server whose WeChat does to each `wx.login` code what the code says, and vouches for those who are well. */
async function startInTrouble(t: TestContext) {
  const asked: string[] = []
  const weChat = await startOutsideServer(t, (request, response) => {
    const code = new URL(request.url ?? '', 'http://we.chat').searchParams.get('js_code') ?? ''
    asked.push(code)
    const [trouble] = troubles[code.replace(/^secret-code-for /, '')] ?? []
    if (trouble === undefined) answering({ openid: `o-${code}` })(response, request)
    else trouble(response, request)
  })
  const server = await startServer(t, {
    connection: { appSecret: APP_SECRET },
    server: { weChatApi: weChat.url },
  })
  return { server, weChat, asked }
}

interface TimedReply {
  readonly reply: Reply
  readonly tookMs: number
}

async function timed(call: Promise<Reply>): Promise<TimedReply> {
  const startedAt = performance.now()
  const reply = await call
  return { reply, tookMs: performance.now() - startedAt }
}

function login(server: TestServer, code: string): Promise<TimedReply> {
  return timed(server.miniProgram().call('login/wechat-miniprogram', { body: { code } }))
}

const calledLine = z.object({ because: z.string(), tookMs: z.number() })

/** How long the calls took that the log gives this reason for, by the server's own clock; the shortest first. */
function tookMsOf(server: TestServer, because: string): number[] {
  return server.logLines
    .map((line) => calledLine.safeParse(JSON.parse(line)).data)
    .filter((line) => line?.because === because)
    .map((line) => line?.tookMs ?? 0)
    .toSorted((one, other) => one - other)
}

/** Fails when somebody came of it, or when a secret got out. */
async function expectNothing(server: TestServer, replies: readonly Reply[], codes: readonly string[]) {
  for (const table of ['sign_in', 'identity', 'session'] as const) expect(await server.count(table)).toBe(0)
  // Zhangsan, who was there before.
  expect(await server.count('user')).toBe(1)

  const told = [
    ...server.logLines,
    ...replies.flatMap(({ text, headers }) => [text, JSON.stringify([...headers])]),
  ].join('\n')
  for (const secret of [APP_SECRET, SESSION_KEY, 'o-mallory', 'jscode2session', ...codes]) {
    expect(told).not.toContain(secret)
  }
  expect(server.logLines.filter((line) => line.includes('"level":50'))).toEqual([])
}

test('whatever WeChat does, the answer comes in time, says what is the matter, and lets nobody in', async (t) => {
  const { server, asked } = await startInTrouble(t)
  const codes = Object.keys(troubles).map((name) => `secret-code-for ${name}`)

  const replies = await Promise.all(codes.map((code) => login(server, code)))

  const told = replies.map(({ reply }, at) => [codes[at], reply.httpStatus, reply.outcome])
  const right = Object.entries(troubles).map(([name, [, { code }]]) => [`secret-code-for ${name}`, 400, code])
  expect(told).toEqual(right)
  for (const { reply, tookMs } of replies) {
    expect(Object.keys(reply.body)).toEqual(['error_code', 'error_msg'])
    expect(tookMs).toBeLessThan(LONGEST_MS)
  }
  await expectNothing(
    server,
    replies.map(({ reply }) => reply),
    codes,
  )

  // A code is good once: only where WeChat itself says "busy" may it be sent again.
  const twice = codes.filter((code) => asked.filter((each) => each === code).length > 1)
  expect(twice).toEqual(codes.filter((code) => code.includes('errcode -1')))
})

test('with WeChat gone, the answer comes in time and lets nobody in', async (t) => {
  const server = await startServer(t, {
    connection: { appSecret: APP_SECRET },
    server: { weChatApi: await findClosedPort() },
  })

  const { reply, tookMs } = await login(server, 'secret-code')

  expect(reply).toMatchObject({ httpStatus: 400, outcome: sourceUnavailable.code })
  expect(tookMs).toBeLessThan(LONGEST_MS)
  await expectNothing(server, [reply], ['secret-code'])
})

test(
  'with 500 logins waiting for WeChat, those beyond its lane are refused at once, and the others do not notice',
  PATIENCE,
  async (t) => {
    const { server, weChat } = await startInTrouble(t)
    const program = server.miniProgram()
    const wellCode = { body: { code: 'well' } }
    const pending = await program.call('login/wechat-miniprogram', wellCode)
    const headers = { 'X-state-token': String(pending.body['state_token']) }
    const stalled = Array.from({ length: STALLED }, () => login(server, 'secret-code-for silence'))
    await expect.poll(() => weChat.calls, { interval: 5, timeout: 10_000 }).toBeGreaterThanOrEqual(1 + LANE)
    const oneMore = await login(server, 'secret-code-for silence')
    expect(oneMore.reply).toMatchObject({ httpStatus: 400, outcome: sourceUnavailable.code })
    expect(oneMore.tookMs).toBeLessThan(UNAFFECTED_MS)

    const meanwhile: TimedReply[] = []
    for (let round = 0; round < 10; round++) {
      const send = { body: { mobile: `1380013800${round}`, type: 'BIND_MOBILE_SMS' }, headers }
      meanwhile.push(await timed(program.call('sms/send', send)))
      meanwhile.push(await timed(program.call('/api/v2/ligature/sign-in', { method: 'GET', headers })))
      meanwhile.push(await timed(program.call('/api/v1/oauth2/keys', { method: 'GET' })))
    }
    await program.send(ZHANGSAN, 'BIND_MOBILE_SMS', headers['X-state-token'])
    const proof = { body: { mobile: ZHANGSAN, verify_code: ZHANGSAN_CODE }, headers }
    meanwhile.push(await timed(program.call('social/bind', proof)))

    expect(meanwhile.filter(({ reply }) => reply.httpStatus !== 200)).toEqual([])
    expect(Math.max(...meanwhile.map(({ tookMs }) => tookMs))).toBeLessThan(UNAFFECTED_MS)

    const replies = await Promise.all(stalled)
    const refused = tookMsOf(server, 'too-many-in-flight')
    const waited = tookMsOf(server, 'timeout')
    // On a slow machine the first are over before the last of the 500 has come, which then takes their place, and
    // PostgreSQL may have no connection left for some.
    const shed = replies.filter(({ reply }) => reply.outcome === transportRefusals.overloaded.code)
    expect(refused.length).toBeGreaterThan(0)
    expect(refused.length + waited.length + shed.length).toBe(STALLED + 1)
    expect(refused[Math.floor(refused.length / 2)]).toBeLessThan(UNAFFECTED_MS)
    expect(waited[0]).toBeGreaterThan(2_700)
    expect(waited.at(-1)).toBeLessThan(LONGEST_MS + BURST_MS)
    expect(weChat.calls).toBe(1 + waited.length)

    expect(await program.call('login/wechat-miniprogram', wellCode)).toMatchObject({ outcome: 'SUCCESS' })
    expect(server.logLines.join('\n')).not.toMatch(/secret-code|the-secret|iTnI15/)
  },
)
