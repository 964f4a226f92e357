import { Counter, Histogram, type Registry } from '@prometheus-io/client'
import { DURATION_BUCKETS, seconds } from './seconds.ts'

const RESULTS = ['sent', 'failed', 'unknown'] as const

/** Who carried a message, as configured. */
export interface Carrier {
  readonly gateway: string
  readonly channel: string
}

export interface SendMetrics {
  /** Shows a gateway before it is used, so that its first failure is a change that an alert can see. */
  expect(carrier: Carrier): void
  count(carrier: Carrier, result: (typeof RESULTS)[number], tookMs: number): void
}

export function addSendMetrics(registry: Registry): SendMetrics {
  const registers = [registry]
  const sends = new Counter({
    name: 'ligature_sends_total',
    help: 'Messages handed to a gateway; `unknown` may have gone out.',
    labelNames: ['gateway', 'channel', 'result'],
    registers,
  })
  const durations = new Histogram({
    name: 'ligature_send_duration_seconds',
    help: 'Time that a gateway took for one message.',
    labelNames: ['gateway', 'channel'],
    buckets: DURATION_BUCKETS,
    registers,
  })
  return {
    expect: ({ gateway, channel }) => {
      for (const result of RESULTS) sends.inc({ gateway, channel, result }, 0)
    },
    count: ({ gateway, channel }, result, tookMs) => {
      sends.inc({ gateway, channel, result })
      durations.observe({ gateway, channel }, seconds(tookMs))
    },
  }
}
