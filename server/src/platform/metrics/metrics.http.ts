import type { FastifyInstance } from 'fastify'
import { sendRefusal } from '../http/http-server.ts'
import { transportRefusals } from '../http/refusals.ts'
import { Refusal } from '../refusal.ts'
import { mayReadMetrics } from './may-read.ts'
import type { Metrics } from './metrics.ts'

/** To be one of the server's hidden paths: whoever may not read is told that there is no such path. */
export const METRICS_PATH = '/metrics'

/**
 * The page for Prometheus.
 *
 * @param token what a reader has to present; without one only this machine reads
 */
export function addMetricsPage(app: FastifyInstance, metrics: Metrics, token: string | undefined): void {
  app.route({
    method: ['GET', 'HEAD'],
    url: METRICS_PATH,
    handler: async (request, reply) => {
      if (!mayReadMetrics(request.raw, token)) {
        return sendRefusal(request, reply, new Refusal(transportRefusals.noSuchPath), 404)
      }
      const { contentType, text } = await metrics.render()
      return reply.type(contentType).header('cache-control', 'no-store').send(text)
    },
  })
}
