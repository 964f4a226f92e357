import { expect, test } from 'vitest'
import { connectionRefusals } from '../connections/index.ts'
import { transportRefusals } from '../platform/http/refusals.ts'
import type { Reply } from '../testing/mini-program.ts'
import { findClosedPort } from '../testing/outside-server.ts'
import { phoneAnswer, startPhoneWeChat, tell } from '../testing/phone-wechat.ts'
import { startServer } from '../testing/server.ts'
import { slowness } from '../testing/slowness.ts'

const ZHANGSAN = '11012345678'
const UNDER_WAY = 50
const STALLED = 500
/** Five hundred calls at once; machines differ. */
const PATIENCE = { timeout: 90_000 }
/** What a call may take with WeChat as slow as can be: three seconds are WeChat's, the rest is ours. */
const LONGEST_MS = 3_000 + 300 * slowness
/** Of a call that has nothing to do with the phone button, on a machine that has other things to do as well. */
const UNAFFECTED_MS = 1_000 * slowness

const { sourceUnavailable, phoneButtonBusy } = connectionRefusals

interface TimedReply {
  readonly reply: Reply
  readonly tookMs: number
}

async function timed(call: Promise<Reply>): Promise<TimedReply> {
  const startedAt = performance.now()
  const reply = await call
  return { reply, tookMs: performance.now() - startedAt }
}

/** Resolves once this call is refused because all places are taken, and rejects if it is not. */
async function isRefused(call: Promise<TimedReply>): Promise<void> {
  const { reply } = await call
  if (reply.outcome !== phoneButtonBusy.code) throw new Error(reply.text)
}

test('with WeChat gone, the answer comes in time', async (t) => {
  const server = await startServer(t, { server: { weChatApi: await findClosedPort() } })

  const { reply, tookMs } = await timed(server.miniProgram().loginByPhone('secret-code-for anything'))

  expect(reply).toMatchObject({ httpStatus: 400, outcome: sourceUnavailable.code })
  expect(tookMs).toBeLessThan(LONGEST_MS)
})

test('a slow token leaves the number what is left of three seconds, and no less than it needs', async (t) => {
  const weChat = await startPhoneWeChat(t, {
    token: (response) =>
      setTimeout(() => tell(response, { access_token: 'token-1', expires_in: 7_200 }), 1_500),
    phone: () => {},
  })
  const server = await startServer(t, { server: { weChatApi: weChat.url } })

  const { reply, tookMs } = await timed(server.miniProgram().loginByPhone('secret-code-for silence'))

  expect(reply).toMatchObject({ outcome: sourceUnavailable.code })
  expect(tookMs).toBeGreaterThan(2_700)
  expect(tookMs).toBeLessThan(LONGEST_MS)
  expect(weChat.phoneCalls).toBe(1)
})

test(
  'with 500 logins waiting for a number, those beyond 50 are refused at once, and the others do not notice',
  PATIENCE,
  async (t) => {
    const weChat = await startPhoneWeChat(t, {
      phone: (response, { code }) => {
        if (code !== 'secret-code-for silence') tell(response, phoneAnswer())
      },
    })
    const server = await startServer(t, { server: { weChatApi: weChat.url } })
    const program = server.miniProgram()
    const well = 'secret-code-for somebody'
    expect(await program.loginByPhone(well)).toMatchObject({ outcome: 'SUCCESS' })
    const { body } = await program.login('well')
    const headers = { 'X-state-token': String(body['state_token']) }
    const stalled = Array.from({ length: STALLED }, () =>
      timed(server.miniProgram().loginByPhone('secret-code-for silence')),
    )
    await Promise.any(stalled.map(isRefused))
    const oneMore = await timed(program.loginByPhone('secret-code-for silence'))
    expect(oneMore.reply).toMatchObject({ httpStatus: 400, outcome: phoneButtonBusy.code })
    expect(oneMore.reply.headers.get('retry-after')).toBe('3')
    expect(oneMore.tookMs).toBeLessThan(UNAFFECTED_MS)

    const meanwhile: TimedReply[] = []
    for (let round = 0; round < 5; round++) {
      const send = { body: { mobile: `1380013800${round}`, type: 'BIND_MOBILE_SMS' }, headers }
      meanwhile.push(await timed(program.call('sms/send', send)))
      meanwhile.push(await timed(program.call('/api/v2/ligature/sign-in', { method: 'GET', headers })))
      // Logins have a lane of their own.
      meanwhile.push(await timed(program.login(`well${round}`)))
    }
    await program.send(ZHANGSAN, 'BIND_MOBILE_SMS', headers['X-state-token'])
    const proof = { body: { mobile: ZHANGSAN, verify_code: '232326' }, headers }
    meanwhile.push(await timed(program.call('social/bind', proof)))

    expect(meanwhile.filter(({ reply }) => reply.httpStatus !== 200)).toEqual([])
    expect(Math.max(...meanwhile.map(({ tookMs }) => tookMs))).toBeLessThan(UNAFFECTED_MS)

    const replies = await Promise.all(stalled)
    const of = ({ code }: { readonly code: string }) => replies.filter(({ reply }) => reply.outcome === code)
    const refused = of(phoneButtonBusy)
    // On a slow machine the first 50 are over before the last of the 500 has come, which then takes its place,
    // and PostgreSQL may have no connection left for some.
    expect(refused.length).toBeGreaterThan(0)
    expect(of(sourceUnavailable).length + refused.length + of(transportRefusals.overloaded).length).toBe(
      STALLED,
    )
    expect(weChat.phonePeak).toBeLessThanOrEqual(UNDER_WAY)
    expect(await program.loginByPhone(well)).toMatchObject({ outcome: 'SUCCESS' })
    expect(server.logLines.join('\n')).not.toMatch(/secret-code|token-1/)
  },
)
