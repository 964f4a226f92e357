import cors from '@fastify/cors'
import type { FastifyInstance, FastifyRequest } from 'fastify'

const ALLOWED_HEADERS = [
  'Content-Type',
  'Authorization',
  'X-operating-sys-version',
  'X-device-fingerprint',
  'X-device-ip',
  'X-device-token',
  'X-agent',
  'X-L',
  'X-client-id',
  'X-state-token',
  'session-token',
  'X-session-token',
]

export interface Origins {
  /** Of one application; empty when it is unknown. */
  of(clientId: string): Promise<readonly string[]>
  /** Of all applications together. */
  all(): Promise<readonly string[]>
}

/**
 * Lets the pages of our applications call us. A preflight does not carry the client id, so it is answered
 * for the union of all origins; the request itself is for its own application's only.
 */
export async function allowOrigins(app: FastifyInstance, origins: Origins): Promise<void> {
  await app.register(cors, {
    delegator: async (request: FastifyRequest) => {
      const { origin } = request.headers
      const clientId = request.headers['x-client-id']
      const isPreflight = request.method === 'OPTIONS'
      const allowed =
        origin === undefined
          ? []
          : isPreflight
            ? await origins.all()
            : await origins.of(typeof clientId === 'string' ? clientId : '')
      return {
        origin: origin !== undefined && allowed.includes(origin) ? origin : false,
        methods: ['GET', 'POST'],
        allowedHeaders: ALLOWED_HEADERS,
        exposedHeaders: ['Retry-After', 'X-Human-Check'],
        maxAge: 600,
        // The plugin's own refusal of half a preflight is not in the family's form.
        strictPreflight: false,
      }
    },
  })
}
