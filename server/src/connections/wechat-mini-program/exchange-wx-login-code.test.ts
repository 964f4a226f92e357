import { createServer } from 'node:http'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { openOutboundLane, type Outbound } from '../../platform/outbound/outbound.ts'
import type { RefusalDefinition } from '../../platform/refusal.ts'
import { findClosedPort, startOutsideServer } from '../../testing/outside-server.ts'
import {
  CODE,
  exchangeAt,
  PERSON,
  refusalOf,
  SHOP,
  startAnswering,
  startEmulator,
} from '../../testing/wechat-exchange.ts'
import { connectionRefusals } from '../refusals.ts'

const { sourceRefusedCode, sourceUnavailable, sourceMisconfigured } = connectionRefusals

describe('at the emulator', () => {
  test('a code becomes the ids of a person and nothing else', async (t) => {
    const emulator = await startEmulator(t)

    const person = await exchangeAt(emulator.apiBase, emulator.issueLoginCode('alice'))

    expect(person).toEqual({
      openid: expect.stringMatching(/^o[\w-]{27}$/),
      unionid: expect.stringMatching(/^o[\w-]{27}$/),
    })
  })

  test('the same person has the same ids next time', async (t) => {
    const emulator = await startEmulator(t)

    const first = await exchangeAt(emulator.apiBase, emulator.issueLoginCode('alice'))

    expect(await exchangeAt(emulator.apiBase, 'mock:alice')).toEqual(first)
  })

  test('a person without a unionid is one', async (t) => {
    const emulator = await startEmulator(t)

    expect((await exchangeAt(emulator.apiBase, 'mock:alice?unionid=0')).unionid).toBeUndefined()
  })

  test('of simultaneous exchanges of one code exactly one gets the person', async (t) => {
    const emulator = await startEmulator(t)
    const code = emulator.issueLoginCode('alice')

    const results = await Promise.allSettled(
      Array.from({ length: 5 }, () => exchangeAt(emulator.apiBase, code)),
    )

    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test('a code is good until the five minutes are over', async (t) => {
    let now = 0
    const emulator = await startEmulator(t, () => now)
    const [early, late] = [emulator.issueLoginCode('alice'), emulator.issueLoginCode('alice')]

    now = 5 * 60 * 1_000 - 1
    await exchangeAt(emulator.apiBase, early)
    now += 1
    const refusal = await refusalOf(exchangeAt(emulator.apiBase, late))

    expect(refusal.definition).toBe(sourceRefusedCode)
  })

  test.for([
    ['a used code', { appSecret: SHOP.appSecret }, 'used', sourceRefusedCode, 'errcode 40163'],
    ['an unknown code', {}, CODE, sourceRefusedCode, 'errcode 40029'],
    ['an empty code', {}, '', sourceRefusedCode, 'errcode 41008'],
    ['a wrong app id', { appId: 'wx9' }, CODE, sourceMisconfigured, 'errcode 40013'],
    ['a wrong app secret', { appSecret: 'wrong' }, CODE, sourceMisconfigured, 'errcode 40125'],
    ['an empty app id', { appId: '' }, CODE, sourceMisconfigured, 'errcode 41002'],
    ['an empty app secret', { appSecret: '' }, CODE, sourceMisconfigured, 'errcode 41004'],
  ] satisfies [string, object, string, RefusalDefinition, string][])(
    '%s is refused',
    async ([, credentials, code, definition, because], t) => {
      const emulator = await startEmulator(t)
      const used = emulator.issueLoginCode('alice')
      await exchangeAt(emulator.apiBase, used)

      const refusal = await refusalOf(
        exchangeAt(emulator.apiBase, code === 'used' ? used : code, credentials),
      )

      expect(refusal.definition).toBe(definition)
      expect(refusal.details.because).toContain(because)
    },
  )

  test('a code too long for any URL is the failure of one call', async (t) => {
    const emulator = await startEmulator(t)

    const refusal = await refusalOf(exchangeAt(emulator.apiBase, 'x'.repeat(100_000)))

    expect(refusal.definition).toBe(sourceUnavailable)
  })
})

test('WeChat is asked as its documentation says, below a path of the API base', async (t) => {
  let asked: string | undefined
  const server = await startOutsideServer(t, (request, response) => {
    asked = `${request.method} ${request.url}`
    response.end(JSON.stringify(PERSON))
  })

  await exchangeAt(new URL('/proxy/wechat/', server.url), 'a&b=c?d')

  expect(asked).toBe(
    `GET /proxy/wechat/sns/jscode2session?appid=${SHOP.appId}&secret=${SHOP.appSecret}&js_code=a%26b%3Dc%3Fd&grant_type=authorization_code`,
  )
})

test('errors of the lane that nobody foresaw give nothing away', async () => {
  const outbound: Outbound = ({ url }) => Promise.reject(new Error(`broken: ${url.href}`))

  const refusal = await refusalOf(exchangeAt(new URL('http://127.0.0.1'), CODE, { outbound }))

  expect(refusal.definition).toBe(sourceUnavailable)
})

describe('a second try', () => {
  const busy = '{"errcode":-1,"errmsg":"system error, rid: 61adc662-1abc1c78-034f5708"}'

  test('after errcode -1 can succeed', async (t) => {
    const server = await startOutsideServer(t, (_, response) => {
      response.end(server.calls === 1 ? busy : JSON.stringify(PERSON))
    })

    expect((await exchangeAt(server.url)).openid).toBe(PERSON.openid)
    expect(server.calls).toBe(2)
  })

  test('is the last', async (t) => {
    const server = await startAnswering(t, busy)

    const refusal = await refusalOf(exchangeAt(server.url))

    expect(refusal.definition).toBe(sourceUnavailable)
    expect(refusal.details.because).toContain('errcode -1')
    expect(server.calls).toBe(2)
  })

  test.for([40029, 40163, 45011, 45009, 12345])('is not made after errcode %i', async (errcode, t) => {
    const server = await startAnswering(t, JSON.stringify({ errcode, errmsg: 'no' }))

    await refusalOf(exchangeAt(server.url))

    expect(server.calls).toBe(1)
  })

  test('after a connection that failed can succeed', async (t) => {
    const url = await findClosedPort()
    const server = createServer((_, response) => response.end(JSON.stringify(PERSON)))
    t.onTestFinished(() => server.close().closeAllConnections())
    const lane = openOutboundLane(1)
    const outbound: Outbound = (request) =>
      lane(request).catch(async (error: unknown) => {
        await once(server.listen(Number(url.port), url.hostname), 'listening')
        throw error
      })

    expect((await exchangeAt(url, CODE, { outbound })).openid).toBe(PERSON.openid)
  })

  test('after a connection that failed is the last', async () => {
    const lane = openOutboundLane(1)
    let tries = 0
    const outbound: Outbound = (request) => {
      tries += 1
      return lane(request)
    }

    const refusal = await refusalOf(exchangeAt(await findClosedPort(), CODE, { outbound }))

    expect(refusal.details.because).toBe('connect')
    expect(tries).toBe(2)
  })
})
