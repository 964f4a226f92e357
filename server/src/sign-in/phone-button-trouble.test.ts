import type { ServerResponse } from 'node:http'
import { expect, test, type TestContext } from 'vitest'
import { connectionRefusals } from '../connections/index.ts'
import type { Reply } from '../testing/mini-program.ts'
import { phoneAnswer, startPhoneWeChat, tell } from '../testing/phone-wechat.ts'
import { demoConnections, startServer, type TestServer } from '../testing/server.ts'
import { slowness } from '../testing/slowness.ts'
import { TEST_MORNING } from '../testing/test-clock.ts'
import { userRefusals } from '../users/index.ts'

const APP_SECRET = 'the-secret-of-the-mini-program'
const NUMBER = '11012345678'
/** The slow troubles are in one round, so that they are waited for together. */
const AT_ONCE = 12
/** What a call may take with WeChat as slow as can be: three seconds are WeChat's, the rest is ours. */
const LONGEST_MS = 3_000 + 300 * slowness
const SECONDS = TEST_MORNING / 1_000

const { sourceUnavailable, sourceBusy, sourceBlockedUser, sourceMisconfigured, phoneCodeRefused } =
  connectionRefusals

type Trouble = (response: ServerResponse) => void
type Told = { readonly code: string }

const answering =
  (answer: unknown): Trouble =>
  (response) =>
    tell(response, answer)

const raw =
  (text: string, status = 200, headers: Readonly<Record<string, string>> = {}): Trouble =>
  (response) =>
    response.writeHead(status, headers).end(text)

const number = (phone_info: object): Trouble => answering(phoneAnswer({ phone_info }))
const watermark = (changes: object): Trouble => answering(phoneAnswer({ watermark: changes }))

/** What can be wrong with any answer of WeChat, and what the person is told. */
const troublesOfAny: Readonly<Record<string, readonly [Trouble, Told]>> = {
  silence: [() => {}, sourceUnavailable],
  'headers and then silence': [(response) => response.writeHead(200).flushHeaders(), sourceUnavailable],
  'a byte in a tenth of a second': [
    (response) => {
      const timer = setInterval(() => response.write(' '), 100)
      response.on('close', () => clearInterval(timer))
    },
    sourceUnavailable,
  ],
  'a page': [raw('<html>no</html>'), sourceUnavailable],
  'a page of its gateway': [raw('<html>Bad gateway</html>', 502), sourceUnavailable],
  'a redirect': [raw('', 307, { location: '/elsewhere' }), sourceUnavailable],
  'a reset': [(response) => response.socket?.resetAndDestroy(), sourceUnavailable],
  '10 MB': [raw(' '.repeat(10_000_000)), sourceUnavailable],
  nothing: [raw(''), sourceUnavailable],
  'the word null': [raw('null'), sourceUnavailable],
  'an empty object': [answering({}), sourceUnavailable],
  'an errcode that is none': [answering({ errcode: 'ok' }), sourceUnavailable],
  'an errcode that nobody knows': [answering({ errcode: 99_999 }), sourceUnavailable],
  'the errcode -1 each time': [answering({ errcode: -1 }), sourceUnavailable],
  'the errcode 40164': [answering({ errcode: 40164 }), sourceMisconfigured],
  'the errcode 45009': [answering({ errcode: 45009 }), sourceUnavailable],
  'the errcode 45011': [answering({ errcode: 45011 }), sourceBusy],
  'the errcode 48001 in quotes': [answering({ errcode: '48001' }), sourceMisconfigured],
}

const phoneTroubles: Readonly<Record<string, readonly [Trouble, Told]>> = {
  ...troublesOfAny,
  'the right answer with the wrong status': [raw(JSON.stringify(phoneAnswer()), 500), sourceUnavailable],
  'half an answer': [raw(JSON.stringify(phoneAnswer()).slice(0, -3)), sourceUnavailable],
  'two numbers': [
    raw(JSON.stringify(phoneAnswer()).replace('"phone_info":', '"phone_info":{},"phone_info":')),
    sourceUnavailable,
  ],
  'a number and an errcode': [answering({ ...phoneAnswer(), errcode: 40029 }), phoneCodeRefused],
  'the errcode 40029': [answering({ errcode: 40029 }), phoneCodeRefused],
  'the errcode 40013': [answering({ errcode: 40013 }), phoneCodeRefused],
  'the errcode 40163 in quotes': [answering({ errcode: '40163' }), phoneCodeRefused],
  'the errcode 40226': [answering({ errcode: 40226 }), sourceBlockedUser],
  'no phone_info': [answering({ errcode: 0, errmsg: 'ok' }), sourceUnavailable],
  'a list for phone_info': [answering({ phone_info: [phoneAnswer().phone_info] }), sourceUnavailable],
  'no number': [number({ purePhoneNumber: undefined }), sourceUnavailable],
  'an empty number': [number({ purePhoneNumber: '' }), sourceUnavailable],
  'a number with more in it': [number({ purePhoneNumber: `${NUMBER};1` }), sourceUnavailable],
  'a number as a number': [number({ purePhoneNumber: Number(NUMBER) }), sourceUnavailable],
  'a number with its area code': [number({ purePhoneNumber: `+86${NUMBER}` }), sourceUnavailable],
  'a number of no mobile': [number({ purePhoneNumber: '01012345678' }), userRefusals.mobileMalformed],
  'an area code of another country': [number({ countryCode: '852' }), userRefusals.mobileMalformed],
  'no area code': [number({ countryCode: undefined }), sourceUnavailable],
  'an empty area code': [number({ countryCode: '' }), sourceUnavailable],
  'an area code with a plus': [number({ countryCode: '+86' }), sourceUnavailable],
  'the area code 0': [number({ countryCode: 0 }), sourceUnavailable],
  'no watermark': [number({ watermark: undefined }), sourceUnavailable],
  'no app id in the watermark': [watermark({ appid: undefined }), sourceUnavailable],
  'the watermark of another mini program': [
    watermark({ appid: demoConnections[1]?.appId }),
    phoneCodeRefused,
  ],
  'a watermark in capitals': [
    watermark({ appid: demoConnections[0]?.appId.toUpperCase() }),
    phoneCodeRefused,
  ],
  'no moment in the watermark': [watermark({ timestamp: undefined }), sourceUnavailable],
  'a watermark of ten minutes and a second ago': [watermark({ timestamp: SECONDS - 601 }), phoneCodeRefused],
  'a watermark of years ago': [watermark({ timestamp: 1_637_744_274 }), phoneCodeRefused],
  'a watermark in milliseconds': [watermark({ timestamp: TEST_MORNING }), phoneCodeRefused],
  'a watermark from the future': [watermark({ timestamp: SECONDS + 301 }), phoneCodeRefused],
}

/** One is tried after the other, because a token is fetched by one caller: a single slow one has to do. */
const tokenTroubles: Readonly<Record<string, readonly [Trouble, Told]>> = {
  ...Object.fromEntries(
    Object.entries(troublesOfAny).filter(([name]) => !/^headers and|^a byte in/.test(name)),
  ),
  'the errcode 40001': [answering({ errcode: 40001 }), sourceMisconfigured],
  'the errcode 40013': [answering({ errcode: 40013 }), sourceMisconfigured],
  'the errcode 40125': [answering({ errcode: 40125, errmsg: APP_SECRET }), sourceMisconfigured],
  'no end': [answering({ access_token: 'token' }), sourceUnavailable],
  'an end that has passed': [answering({ access_token: 'token', expires_in: 0 }), sourceUnavailable],
  'an end in words': [answering({ access_token: 'token', expires_in: 'soon' }), sourceUnavailable],
  'no token': [answering({ expires_in: 7_200 }), sourceUnavailable],
  'an empty token': [answering({ access_token: '', expires_in: 7_200 }), sourceUnavailable],
  'a token with a line break': [answering({ access_token: 'a\nb', expires_in: 7_200 }), sourceUnavailable],
}

const wellAnswers: Readonly<Record<string, object>> = {
  'an area code as a number': phoneAnswer({ phone_info: { countryCode: 86 } }),
  'a moment in quotes': phoneAnswer({ watermark: { timestamp: String(SECONDS) } }),
  'ten minutes old': phoneAnswer({ watermark: { timestamp: SECONDS - 600 } }),
  'five minutes ahead': phoneAnswer({ watermark: { timestamp: SECONDS + 300 } }),
  'fields that nobody knows': { ...phoneAnswer(), more: [1] },
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

/** Fails when somebody came in, or when a secret or the number got out. */
async function expectNothing(server: TestServer, replies: readonly Reply[]): Promise<void> {
  for (const table of ['sign_in', 'identity', 'session'] as const) expect(await server.count(table)).toBe(0)
  expect(await server.count('user')).toBe(1)
  const told = [
    ...server.logLines,
    ...replies.flatMap(({ text, headers }) => [text, JSON.stringify([...headers])]),
  ].join('\n')
  for (const secret of [
    APP_SECRET,
    'token-1',
    'secret-code-for',
    NUMBER,
    'getuserphonenumber',
    'stable_token',
  ]) {
    expect(told).not.toContain(secret)
  }
  expect(server.logLines.filter((line) => line.includes('"level":50'))).toEqual([])
}

/** A WeChat that does to each phone code what the code says. */
async function startInTrouble(t: TestContext) {
  const asked: string[] = []
  const weChat = await startPhoneWeChat(t, {
    phone: (response, { code }) => {
      asked.push(code)
      const name = code.replace(/^secret-code-for /, '')
      const [trouble] = phoneTroubles[name] ?? []
      if (trouble === undefined) tell(response, wellAnswers[name] ?? phoneAnswer())
      else trouble(response)
    },
  })
  const server = await startServer(t, {
    connection: { appSecret: APP_SECRET },
    server: { weChatApi: weChat.url },
  })
  return { server, weChat, asked }
}

function expectTold(
  replies: readonly TimedReply[],
  troubles: Readonly<Record<string, readonly [Trouble, Told]>>,
): void {
  const names = Object.keys(troubles)
  const told = replies.map(({ reply }, at) => [names[at], reply.httpStatus, reply.outcome])
  expect(told).toEqual(Object.entries(troubles).map(([name, [, { code }]]) => [name, 400, code]))
  for (const { reply, tookMs } of replies) {
    expect(Object.keys(reply.body)).toEqual(['error_code', 'error_msg'])
    expect(tookMs).toBeLessThan(LONGEST_MS)
  }
}

test('whatever WeChat says instead of a number, the answer comes in time, is catalogued, and lets nobody in', async (t) => {
  const { server, asked } = await startInTrouble(t)
  const codes = Object.keys(phoneTroubles).map((name) => `secret-code-for ${name}`)

  const call = (code: string) => timed(server.miniProgram().loginByPhone(code))
  const replies: TimedReply[] = []
  for (let from = 0; from < codes.length; from += AT_ONCE) {
    replies.push(...(await Promise.all(codes.slice(from, from + AT_ONCE).map(call))))
  }

  expectTold(replies, phoneTroubles)
  await expectNothing(
    server,
    replies.map(({ reply }) => reply),
  )
  // A code is good once: only where WeChat itself says "busy" may it be sent again.
  const twice = codes.filter((code) => asked.filter((each) => each === code).length > 1)
  expect(twice).toEqual(codes.filter((code) => code.includes('errcode -1')))
})

test('whatever WeChat says instead of a token, the answer comes in time, is catalogued, and lets nobody in', async (t) => {
  const script: { trouble: Trouble } = { trouble: () => {} }
  const weChat = await startPhoneWeChat(t, { token: (response) => script.trouble(response) })
  const server = await startServer(t, {
    connection: { appSecret: APP_SECRET },
    server: { weChatApi: weChat.url },
  })

  const replies: TimedReply[] = []
  for (const [trouble] of Object.values(tokenTroubles)) {
    script.trouble = trouble
    replies.push(await timed(server.miniProgram().loginByPhone('secret-code-for anything')))
  }

  expectTold(replies, tokenTroubles)
  expect(weChat.phoneCalls).toBe(0)
  await expectNothing(
    server,
    replies.map(({ reply }) => reply),
  )
})

test.for(Object.keys(wellAnswers))('a number is taken with %s', async (name, t) => {
  const { server } = await startInTrouble(t)

  expect(await server.miniProgram().loginByPhone(`secret-code-for ${name}`)).toMatchObject({
    outcome: 'SUCCESS',
  })
})
