import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Log } from '../log.ts'
import { type Answered, HUNG_UP, UNKNOWN } from './answered.ts'
import { languageOf } from './language.ts'
import type { Gate } from './load-gate.ts'
import { transportRefusals } from './refusals.ts'

/** Whoever asks these has to know how it is here when it is worst; and they cost next to nothing. */
const ALWAYS_SERVED = new Set(['/live', '/ready', '/metrics', '/api/v1/oauth2/keys'])
const TOLD_EVERY_MS = 5_000
const HTTP_STATUS = 503
const RETRY_AFTER_SECONDS = '1'

const { overloaded } = transportRefusals
const bodies = {
  zh: Buffer.from(JSON.stringify({ error_code: overloaded.code, error_msg: overloaded.zh })),
  en: Buffer.from(JSON.stringify({ error_code: overloaded.code, error_msg: overloaded.en })),
}

/**
 * Puts a gate in front of everything, so that a request that is turned away costs as little as it can: what is spent on
 * it is missing to those that are served. Each is counted, and they are logged together.
 */
export function putInFront(
  app: FastifyInstance,
  gate: Gate,
  log: Log,
  onAnswered: (answered: Answered) => void,
): void {
  const tell = teller(log)
  app.server.removeAllListeners('request')
  app.server.on('request', (request, response) => {
    if (isAlwaysServed(request)) return app.routing(request, response)
    const isTaken = gate.take(() => {
      // Nothing would tell of the end of a response that is closed already.
      if (response.destroyed) onAnswered({ method: UNKNOWN, route: UNKNOWN, status: HUNG_UP })
      else app.routing(request, response)
    })
    if (isTaken) return
    onAnswered({
      method: UNKNOWN,
      route: UNKNOWN,
      status: HTTP_STATUS,
      refusalCode: overloaded.code,
    })
    tell()
    turnAway(request, response)
  })
}

function isAlwaysServed({ url = '' }: IncomingMessage): boolean {
  return ALWAYS_SERVED.has(url.split('?', 1)[0] ?? '')
}

function turnAway(request: IncomingMessage, response: ServerResponse): void {
  const body = bodies[languageOf(request)]
  response.writeHead(HTTP_STATUS, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
    'cache-control': 'no-store',
    'retry-after': RETRY_AFTER_SECONDS,
    // The same for everybody, and no secret: so a page may read it, of whatever origin, and nobody looks that up.
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'Retry-After',
  })
  response.end(body)
  // Unread, it would stand in the way of the next request of this connection.
  request.resume()
}

/** Tells the operator how many it were, and not of each. */
function teller(log: Log): () => void {
  let refused = 0
  let toldAt = -TOLD_EVERY_MS
  return () => {
    refused += 1
    const now = performance.now()
    if (now - toldAt < TOLD_EVERY_MS) return
    log.warn({ refused }, 'more to do than can be done: requests are turned away with 503')
    toldAt = now
    refused = 0
  }
}
