import { z } from 'zod'
import { describe, expect, test, type TestContext } from 'vitest'
import { saveConnection } from '../connections/index.ts'
import { phoneAnswer, startPhoneWeChat, tell } from '../testing/phone-wechat.ts'
import { demoConnections, startServer, type TestServer } from '../testing/server.ts'
import { slowness } from '../testing/slowness.ts'
import { makeTestData } from '../testing/test-data.ts'

const [SHOP] = demoConnections
const APP_ID = SHOP?.appId ?? ''
const ZHANGSAN = 'mock:alice?phone=11012345678'
const SOURCE_UNAVAILABLE = 'IDAAS.SDK.LOGIN.1001'
const SOURCE_MISCONFIGURED = 'IDAAS.SDK.LOGIN.9004'
const MINUTE = 60 * 1_000
const TWO_HOURS = 120 * MINUTE

async function outcomesOf(servers: readonly TestServer[], times: number): Promise<Set<string>> {
  const each = Math.floor(times / servers.length)
  const calls = servers.flatMap((server) =>
    Array.from({ length: each }, () => server.miniProgram().loginByPhone(ZHANGSAN)),
  )
  return new Set((await Promise.all(calls)).map((reply) => reply.outcome))
}

/** Ends the token at WeChat, as a forced refresh by anybody else does. */
async function forceRefresh(server: TestServer): Promise<void> {
  const response = await fetch(new URL('/cgi-bin/stable_token', server.weChat.apiBase), {
    method: 'POST',
    body: JSON.stringify({
      grant_type: 'client_credential',
      appid: APP_ID,
      secret: SHOP?.appSecret,
      force_refresh: true,
    }),
  })
  expect(await response.json()).toMatchObject({ expires_in: 7_200 })
}

function keptToken(server: TestServer) {
  return server.deployment.db.selectFrom('access_token').selectAll().executeTakeFirstOrThrow()
}

/** How many numbers were asked for: each is paid for before the token is. */
async function askedFor(server: TestServer): Promise<number> {
  const row = await server.deployment.db
    .selectFrom('budget')
    .select('spent')
    .where('name', '=', 'phone button for application')
    .executeTakeFirst()
  const entries = z.array(z.tuple([z.number(), z.number()])).parse(JSON.parse(row?.spent ?? '[]'))
  return entries.reduce((sum, [, count]) => sum + count, 0)
}

/** A claim to fetch that somebody else has, for so long. */
async function claimElsewhere(server: TestServer, forMs: number): Promise<void> {
  const { db } = server.deployment
  const fetchingUntil = server.clock.now() + forMs
  await db
    .insertInto('access_token')
    .values({
      connection_id: SHOP?.id ?? '',
      token_sealed: null,
      expires_at: 0,
      fetching_until: fetchingUntil,
    })
    .execute()
}

describe('one token for everybody', () => {
  test('fifty logins at once fetch it once', async (t) => {
    const server = await startServer(t)

    // A slow machine may have no time or no connection left for some of them.
    expect(await outcomesOf([server], 50)).toContain('SUCCESS')
    expect(server.weChat.tokensGiven(APP_ID)).toBe(1)
  })

  test('two instances share it, and the flight that fetches it', async (t) => {
    const data = await makeTestData()
    t.onTestFinished(() => data.remove())
    const one = await startServer(t, { data })
    const other = await startServer(t, { data, server: { weChatApi: one.weChat.apiBase } })

    for (let round = 1; round <= 5; round++) {
      expect(await outcomesOf([one, other], 20)).toEqual(new Set(['SUCCESS']))
      expect(one.weChat.tokensGiven(APP_ID)).toBe(round)
      for (const server of [one, other]) server.clock.advance(TWO_HOURS)
    }
  })

  test('each mini program has its own', async (t) => {
    const server = await startServer(t)
    const [, other] = demoConnections

    await server.miniProgram().loginByPhone(ZHANGSAN)
    await server.miniProgram({ clientId: other?.clientIds[0] ?? '' }).loginByPhone(ZHANGSAN)

    expect(server.weChat.tokensGiven(APP_ID)).toBe(1)
    expect(server.weChat.tokensGiven(other?.appId ?? '')).toBe(1)
    expect(await server.count('access_token')).toBe(2)
  })

  test('a connection that is given another mini program does not keep that of the first', async (t) => {
    const server = await startServer(t)
    if (SHOP === undefined) throw new Error('there is no connection')
    expect(await outcomesOf([server], 1)).toEqual(new Set(['SUCCESS']))
    const { db, vault } = server.deployment

    await saveConnection(db, vault, SHOP, server.clock.now())
    expect(await outcomesOf([server], 1)).toEqual(new Set(['SUCCESS']))
    expect(server.weChat.tokensGiven(APP_ID)).toBe(1)

    await saveConnection(db, vault, { ...SHOP, appId: 'wx0000000000000009' }, server.clock.now())
    expect(await outcomesOf([server], 1)).toEqual(new Set(['SUCCESS']))
    expect(server.weChat.tokensGiven('wx0000000000000009')).toBe(1)
  })
})

describe('its end', () => {
  test('until four minutes before, it is used as it is', async (t) => {
    const server = await startServer(t)
    await outcomesOf([server], 1)
    server.clock.advance(TWO_HOURS - 4 * MINUTE - 1)

    expect(await outcomesOf([server], 5)).toEqual(new Set(['SUCCESS']))
    expect(server.weChat.tokensGiven(APP_ID)).toBe(1)
  })

  test('from then on the next one is fetched by one caller, while the others use the old one', async (t) => {
    const watermark = { timestamp: 0 }
    const weChat = await startPhoneWeChat(t, {
      token: (response, call) => {
        // The second answer never comes: nobody may wait for it.
        if (call === 1) tell(response, { access_token: 'token-1', expires_in: 7_200 })
      },
      phone: (response, { token }) =>
        tell(response, token === 'token-1' ? phoneAnswer({ watermark }) : { errcode: 40001 }),
    })
    const server = await startServer(t, { server: { weChatApi: weChat.url } })
    watermark.timestamp = server.clock.now() / 1_000
    expect(await outcomesOf([server], 1)).toEqual(new Set(['SUCCESS']))
    server.clock.advance(TWO_HOURS - 4 * MINUTE)
    watermark.timestamp = server.clock.now() / 1_000

    // Whoever waited for the next one would be refused.
    expect(await outcomesOf([server], 10)).toEqual(new Set(['SUCCESS']))
    expect(weChat.tokenCalls).toBe(2)
  })

  test('the next one takes its place without anybody waiting', async (t) => {
    const server = await startServer(t)
    await outcomesOf([server], 1)
    const first = await keptToken(server)
    server.clock.advance(TWO_HOURS - 4 * MINUTE)

    expect(await outcomesOf([server], 5)).toEqual(new Set(['SUCCESS']))

    await expect.poll(async () => (await keptToken(server)).expires_at).toBeGreaterThan(first.expires_at)
    expect(server.weChat.tokensGiven(APP_ID)).toBe(2)
    expect(await outcomesOf([server], 5)).toEqual(new Set(['SUCCESS']))
    expect(server.weChat.tokensGiven(APP_ID)).toBe(2)
  })

  test('after it one caller fetches the next, and all wait for that', async (t) => {
    const server = await startServer(t)
    await outcomesOf([server], 1)
    server.clock.advance(TWO_HOURS - 5_000)

    expect(await outcomesOf([server], 10)).toEqual(new Set(['SUCCESS']))
    expect(server.weChat.tokensGiven(APP_ID)).toBe(2)
  })
})

describe('a token that WeChat refuses', () => {
  test('is dropped, and another fetched once, for all who had it', async (t) => {
    const server = await startServer(t)
    await outcomesOf([server], 1)
    await forceRefresh(server)

    expect(await outcomesOf([server], 20)).toEqual(new Set(['SUCCESS']))
    // The first, the forced one, and the one that took the place of the first.
    expect(server.weChat.tokensGiven(APP_ID)).toBe(3)
  })

  test.for([40001, 40014, 42001, '40001'])('says so by %j', async (errcode, t) => {
    const weChat = await startPhoneWeChat(t, {
      phone: (response, { token }) => tell(response, token === 'token-1' ? { errcode } : phoneAnswer()),
    })
    const server = await startServer(t, { server: { weChatApi: weChat.url } })

    expect(await outcomesOf([server], 1)).toEqual(new Set(['SUCCESS']))
    expect(weChat).toMatchObject({ tokenCalls: 2, phoneCalls: 2 })
  })

  test('twice is the source’s error; it is not asked a third time', async (t) => {
    const weChat = await startPhoneWeChat(t, { phone: (response) => tell(response, { errcode: 40001 }) })
    const server = await startServer(t, { server: { weChatApi: weChat.url } })

    expect(await outcomesOf([server], 1)).toEqual(new Set([SOURCE_UNAVAILABLE]))
    expect(weChat).toMatchObject({ tokenCalls: 2, phoneCalls: 2 })
  })

  test('does not take along the one that another has fetched since', async (t) => {
    const held: (() => void)[] = []
    const weChat = await startPhoneWeChat(t, {
      phone: (response, { token, code }) => {
        const answer = () => tell(response, token === 'token-1' ? { errcode: 40001 } : phoneAnswer())
        if (code === 'late' && token === 'token-1') held.push(answer)
        else answer()
      },
    })
    const server = await startServer(t, { server: { weChatApi: weChat.url } })
    const late = server.miniProgram().loginByPhone('late')
    await expect.poll(() => held.length, { interval: 5 }).toBe(1)
    expect(await outcomesOf([server], 1)).toEqual(new Set(['SUCCESS']))
    const second = await keptToken(server)

    held[0]?.()

    expect(await late).toMatchObject({ outcome: 'SUCCESS' })
    expect(await keptToken(server)).toEqual(second)
    expect(weChat.tokenCalls).toBe(2)
  })
})

describe('a fetch', () => {
  test('that fails is a refusal, which the log explains, and the next caller tries anew at once', async (t) => {
    const weChat = await startPhoneWeChat(t, {
      token: (response, call) =>
        tell(response, call === 1 ? { errcode: 40125 } : { access_token: 'token-2', expires_in: 7_200 }),
    })
    const server = await startServer(t, { server: { weChatApi: weChat.url } })

    expect(await outcomesOf([server], 1)).toEqual(new Set([SOURCE_MISCONFIGURED]))
    expect(server.logLines.join('')).toMatch(
      /the app secret is wrong.*no access token could be had from WeChat/,
    )
    expect(await outcomesOf([server], 1)).toEqual(new Set(['SUCCESS']))
    expect(weChat.tokenCalls).toBe(2)
  })

  test('of another instance is waited for', async (t) => {
    const held: (() => void)[] = []
    const weChat = await startPhoneWeChat(t, {
      token: (response) => held.push(() => tell(response, { access_token: 'token-1', expires_in: 7_200 })),
    })
    const data = await makeTestData()
    t.onTestFinished(() => data.remove())
    const options = { data, server: { weChatApi: weChat.url } }
    const [one, other] = [await startServer(t, options), await startServer(t, options)]
    const first = outcomesOf([one], 1)
    await expect.poll(() => held.length, { interval: 5 }).toBe(1)
    const waiting = outcomesOf([other], 5)
    await expect.poll(() => askedFor(other), { interval: 5 }).toBe(6)

    held[0]?.()

    expect(await first).toEqual(new Set(['SUCCESS']))
    expect(await waiting).toEqual(new Set(['SUCCESS']))
    expect(weChat.tokenCalls).toBe(1)
  })

  test('of an instance that died is taken over when its time has passed', async (t) => {
    const server = await startServer(t)
    await claimElsewhere(server, 2_500)
    const waiting = outcomesOf([server], 5)
    await expect.poll(() => askedFor(server), { interval: 5 }).toBe(5)
    expect(server.weChat.tokensGiven(APP_ID)).toBe(0)

    server.clock.advance(2_500)

    expect(await waiting).toEqual(new Set(['SUCCESS']))
    expect(server.weChat.tokensGiven(APP_ID)).toBe(1)
  })

  test('that stays away is not waited for longer than three seconds', async (t) => {
    const server = await startServer(t)
    await claimElsewhere(server, TWO_HOURS)

    const startedAt = performance.now()
    expect(await outcomesOf([server], 3)).toEqual(new Set([SOURCE_UNAVAILABLE]))

    expect(performance.now() - startedAt).toBeLessThan(3_000 + 300 * slowness)
    expect(server.weChat.tokensGiven(APP_ID)).toBe(0)
  })
})

test('the token stands nowhere in clear', async (t: TestContext) => {
  const weChat = await startPhoneWeChat(t)
  const server = await startServer(t, { server: { weChatApi: weChat.url } })
  await outcomesOf([server], 1)

  const { token_sealed: sealed } = await keptToken(server)

  expect(sealed).not.toContain('token-1')
  expect(server.deployment.vault.open(`access_token ${SHOP?.id ?? ''}`, sealed ?? '')).toBe('token-1')
  expect(server.logLines.join('')).not.toContain('token-1')
})
