import { describe, expect, test } from 'vitest'
import { openOutboundLane } from '../../platform/outbound/outbound.ts'
import { startOutsideServer, startOutsideSocket } from '../../testing/outside-server.ts'
import { slowness } from '../../testing/slowness.ts'
import { CODE, exchangeAt, PERSON, refusalOf, startEmulator } from '../../testing/wechat-exchange.ts'
import { connectionRefusals } from '../refusals.ts'

/** Three seconds, and what a busy machine adds. */
const LONGEST_MS = 3_000 + 300 * slowness

const { sourceUnavailable } = connectionRefusals

describe('with WeChat slow', { concurrent: true }, () => {
  /** How long an exchange took to be refused for lack of an answer, in milliseconds. */
  async function patience(apiBase: URL): Promise<number> {
    const startedAt = performance.now()
    const refusal = await refusalOf(exchangeAt(apiBase))
    expect(refusal.definition).toBe(sourceUnavailable)
    return performance.now() - startedAt
  }

  test('no answer is waited for less than three seconds', async (t) => {
    const server = await startOutsideServer(t, () => {})

    const took = await patience(server.url)

    expect(took).toBeGreaterThan(2_790)
    expect(took).toBeLessThan(LONGEST_MS)
    expect(server.calls).toBe(1)
  })

  test('an answer of one byte in 100 ms is given up within three seconds', async (t) => {
    const answer = JSON.stringify(PERSON)
    const server = await startOutsideServer(t, (_, response) => {
      let sent = 0
      const drip = setInterval(() => response.write(answer.charAt(sent++)), 100)
      response.on('close', () => clearInterval(drip))
    })

    const took = await patience(server.url)

    expect(took).toBeGreaterThan(2_790)
    expect(took).toBeLessThan(LONGEST_MS)
  })

  test('an answer shortly before the deadline is taken', async (t) => {
    const server = await startOutsideServer(t, (_, response) => {
      setTimeout(() => response.end(JSON.stringify(PERSON)), 2_500)
    })

    expect((await exchangeAt(server.url)).openid).toBe(PERSON.openid)
  })

  test('the second try has only what the first has left', async (t) => {
    const server = await startOutsideServer(t, (_, response) => {
      if (server.calls === 1) setTimeout(() => response.end('{"errcode":-1}'), 1_500)
    })

    const took = await patience(server.url)

    expect(took).toBeLessThan(LONGEST_MS)
    expect(server.calls).toBe(2)
  })

  test('there is no second try when the deadline is near', async (t) => {
    const server = await startOutsideServer(t, (_, response) => {
      setTimeout(() => response.end('{"errcode":-1}'), 2_800)
    })

    expect(await patience(server.url)).toBeLessThan(2_800 + 200 * slowness)
    expect(server.calls).toBe(1)
  })

  test('a connection is waited for one second, twice', async (t) => {
    const server = await startOutsideSocket(t, () => {})
    const url = new URL(server.url)
    url.protocol = 'https:'

    const took = await patience(url)

    expect(took).toBeGreaterThan(1_990)
    expect(took).toBeLessThan(2_000 + 900 * slowness)
    expect(server.calls).toBe(2)
  })

  test('its lane fills up, and another lane is unaffected', async (t) => {
    const weChat = await startOutsideServer(t, () => {})
    const outbound = openOutboundLane(20)
    const stalled = Array.from({ length: 20 }, () => refusalOf(exchangeAt(weChat.url, CODE, { outbound })))
    const emulator = await startEmulator(t)

    const next = await refusalOf(exchangeAt(weChat.url, CODE, { outbound }))
    const startedAt = performance.now()
    const elsewhere = await exchangeAt(emulator.apiBase, 'mock:alice')
    const took = performance.now() - startedAt

    expect(next.details.because).toBe('too-many-in-flight')
    expect(elsewhere.openid).toBeDefined()
    expect(took).toBeLessThan(1_000 * slowness)
    const reasons = (await Promise.all(stalled)).map(({ details }) => details.because)
    expect(new Set(reasons)).toEqual(new Set(['timeout']))
  })
})
