import { expect, test } from 'vitest'
import { readMetrics } from '../testing/metrics-page.ts'
import { startServer } from '../testing/server.ts'
import type { Gateway } from './message.ts'
import { fixedGateways } from './open-gateways.ts'

const SEND = '/api/v2/sdk/sms/send'
const SEND_REFUSED = 'IDAAS.SDK.CAPTCHA.0006'

test('messages are counted by gateway and by what came of them, from before the first', async (t) => {
  const results = ['sent', 'failed', 'unknown', 'thrown'] as const
  let next = 0
  const gateway: Gateway = {
    name: 'a carrier',
    channel: 'sms',
    send: async () => {
      const result = results[next++]
      if (result === 'sent') return { result }
      if (result === 'failed' || result === 'unknown') return { result, because: 'no answer' }
      throw new Error('a gateway with a fault')
    },
  }
  const server = await startServer(t, { server: { gateways: fixedGateways([gateway]) } })
  const carried = { gateway: 'a carrier', channel: 'sms' }
  await server.miniProgram().login('li')
  expect((await readMetrics(server.url)).values('ligature_sends_total', carried)).toEqual([0, 0, 0])

  const statuses: number[] = []
  for (const mobile of ['13800138000', '13900139000', '13700137000', '13600136000']) {
    statuses.push((await server.miniProgram().send(mobile, 'BIND_MOBILE_SMS')).httpStatus)
  }

  expect(statuses).toEqual([200, 400, 400, 500])
  const page = await readMetrics(server.url)
  const counted = (result: string) => page.total('ligature_sends_total', { ...carried, result })
  expect([counted('sent'), counted('failed'), counted('unknown')]).toEqual([1, 1, 2])
  expect(page.total('ligature_send_duration_seconds_count', carried)).toBe(4)
  expect(page.total('ligature_refusals_total', { code: SEND_REFUSED })).toBe(2)
  expect(page.total('ligature_http_requests_total', { route: SEND, status: '500' })).toBe(1)
})
