import { Counter, Histogram, type Registry } from '@prometheus-io/client'
import { type Outbound, OutboundError } from '../outbound/outbound.ts'
import { DURATION_BUCKETS, seconds } from './seconds.ts'

export interface OutboundMetrics {
  /**
   * The same lane, with its calls counted.
   *
   * @param lane what it leads to, for example `wechat`; one of a few
   */
  counted(lane: string, outbound: Outbound): Outbound
}

export function addOutboundMetrics(registry: Registry): OutboundMetrics {
  const registers = [registry]
  const calls = new Counter({
    name: 'ligature_outbound_calls_total',
    help: 'Calls to other servers: the class of the answer, for example `2xx`, or why there was none.',
    labelNames: ['lane', 'result'],
    registers,
  })
  const durations = new Histogram({
    name: 'ligature_outbound_call_duration_seconds',
    help: 'Time of such a call, with or without an answer.',
    labelNames: ['lane'],
    buckets: DURATION_BUCKETS,
    registers,
  })
  return {
    counted: (lane, outbound) => async (request) => {
      const startedAt = performance.now()
      let result = 'network'
      try {
        const answer = await outbound(request)
        result = `${Math.floor(answer.status / 100)}xx`
        return answer
      } catch (error) {
        if (error instanceof OutboundError) result = error.failure
        throw error
      } finally {
        calls.inc({ lane, result })
        durations.observe({ lane }, seconds(performance.now() - startedAt))
      }
    },
  }
}
