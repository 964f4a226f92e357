import { Counter, Histogram, type Registry } from '@prometheus-io/client'
import type { Answered } from '../http/answered.ts'
import { DURATION_BUCKETS, seconds } from './seconds.ts'

/** @returns what counts a request when it is over */
export function addHttpMetrics(
  registry: Registry,
  signInRoutes: ReadonlySet<string>,
): (answered: Answered) => void {
  const registers = [registry]
  const requests = new Counter({
    name: 'ligature_http_requests_total',
    help: 'Requests by declared path; every other path is `unknown`. Status 499: the caller hung up.',
    labelNames: ['method', 'route', 'status'],
    registers,
  })
  const durations = new Histogram({
    name: 'ligature_http_request_duration_seconds',
    help: 'Time from the arrival of a request until its answer was handed over.',
    labelNames: ['method', 'route'],
    buckets: DURATION_BUCKETS,
    registers,
  })
  const refusals = new Counter({
    name: 'ligature_refusals_total',
    help: 'Refusals by error code.',
    labelNames: ['code'],
    registers,
  })
  const signIns = new Counter({
    name: 'ligature_sign_ins_total',
    help: 'Calls of the endpoints that sign in, by the status of their reply; `refused`, or `failed` for a fault.',
    labelNames: ['route', 'status'],
    registers,
  })

  return (answered) => {
    const { method, route, status, tookMs, refusalCode } = answered
    requests.inc({ method, route, status })
    if (tookMs !== undefined) durations.observe({ method, route }, seconds(tookMs))
    if (refusalCode !== undefined) refusals.inc({ code: refusalCode })
    if (signInRoutes.has(route)) signIns.inc({ route, status: endOf(answered) })
  }
}

function endOf({ status, outcome, refusalCode }: Answered): string {
  if (refusalCode !== undefined) return status === 400 ? 'refused' : 'failed'
  return outcome ?? 'failed'
}
