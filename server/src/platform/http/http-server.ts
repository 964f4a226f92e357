import type { Socket } from 'node:net'
import fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { isStoreAway } from '../db/store-away.ts'
import type { Log } from '../log.ts'
import { Refusal, type RefusalDefinition } from '../refusal.ts'
import { scrub } from '../scrub.ts'
import { randomId } from '../secrets.ts'
import { addAccounts, type Answered, giveAccount, note, UNKNOWN } from './answered.ts'
import { parseJsonBody } from './json-body.ts'
import { languageOf } from './language.ts'
import type { Gate } from './load-gate.ts'
import { doorRefusals, transportRefusals } from './refusals.ts'
import { putInFront } from './turn-away.ts'

const KIBIBYTE = 1024
const SECOND_MS = 1000

/** A body of this family holds a few short fields. */
const MAX_BODY_BYTES = 16 * KIBIBYTE
const MAX_HEADER_BYTES = 16 * KIBIBYTE
const HEADERS_WITHIN_MS = 10 * SECOND_MS
const REQUEST_WITHIN_MS = 15 * SECOND_MS
const KEEP_ALIVE_MS = 5 * SECOND_MS
/** How far a limit of time may be overrun: Node looks for late requests this often, and of itself only twice a minute. */
const LATE_LOOKED_FOR_EVERY_MS = SECOND_MS

export interface HttpServerOptions {
  readonly log: Log
  /** Addresses or networks whose `X-Forwarded-For` is believed. None: the socket's address counts. */
  readonly trustedProxies: readonly string[]
  /** Paths that are told of to nobody: a method that they do not have is no method but no path. */
  readonly hiddenPaths?: readonly string[]
  /** Told of every request when it is over. */
  readonly onAnswered?: (answered: Answered) => void
  /** Absent: every request is served. */
  readonly loadGate?: Gate
}

/**
 * The transport: limits on size and time, bodies read strictly, and every answer that is not a handler's
 * own in the family's two fields.
 */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const loggerInstance: FastifyBaseLogger = options.log
  const onAnswered = options.onAnswered ?? (() => undefined)
  const { loadGate } = options
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_WITHIN_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    exposeHeadRoutes: false,
    genReqId: randomId,
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    http: {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_WITHIN_MS,
      connectionsCheckingInterval: LATE_LOOKED_FOR_EVERY_MS,
      // Nothing is made from Host, and Node refuses a request without one with an empty body.
      requireHostHeader: false,
    },
    clientErrorHandler: (error, socket) => refuseConnection(error, socket, onAnswered),
    return503OnClosing: true,
    frameworkErrors: (error, request, reply) => {
      giveAccount(request, reply, onAnswered)
      void answerError(error, request, reply)
    },
  })
  if (loadGate !== undefined) putInFront(app, loadGate, options.log, onAnswered)
  addAccounts(app, onAnswered)

  app.removeAllContentTypeParsers()
  // Whatever the Content-Type claims, a body is parsed as JSON and then checked by its schema.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseJsonBody(Buffer.isBuffer(body) ? body : Buffer.from(body)))
    } catch (error) {
      done(error instanceof Error ? error : new Error('a body that cannot be read'))
    }
  })
  // Node answers an expectation that it does not know with an empty 417; it may as well be ignored.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  app.setErrorHandler(answerError)
  const hiddenPaths = new Set(options.hiddenPaths)
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    // The router decodes as well, and what cannot be decoded never comes here.
    const isHidden = hiddenPaths.has(decodeURI(path))
    return answerUnrouted(request, reply, isHidden ? [] : methodsOf(app, path))
  })
  return app
}

/** Sends the family's error body: exactly `error_code` and `error_msg`. */
export function sendRefusal(
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Refusal,
  httpStatus: number,
): FastifyReply {
  note(request, { refusal })
  const { retryAfterSeconds, headers = {} } = refusal.details
  if (retryAfterSeconds !== undefined) reply.header('retry-after', Math.max(1, Math.ceil(retryAfterSeconds)))
  return reply
    .code(httpStatus)
    .headers(headers)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send(
      JSON.stringify({
        error_code: refusal.definition.code,
        error_msg: refusal.text(languageOf(request)),
      }),
    )
}

/** Refusals are 400; what Fastify itself did not like (a path, a Content-Type) becomes one; the rest is a bug. */
function answerError(
  error: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error instanceof Refusal) return sendRefusal(request, reply, error, 400)

  if (isStoreAway(error)) {
    request.log.warn({ because: scrub(error.message) }, 'the database does not answer')
    return sendRefusal(request, reply, overloaded(), 503)
  }
  const status = 'statusCode' in error ? error.statusCode : undefined
  if (status === 413) return sendRefusal(request, reply, new Refusal(doorRefusals.bodyTooLarge), 400)
  if (status === 503) return sendRefusal(request, reply, overloaded(), 503)
  if (status !== undefined && status < 500) {
    return sendRefusal(request, reply, new Refusal(transportRefusals.notHttp), 400)
  }
  request.log.error({ err: error }, 'a request failed')
  return sendRefusal(request, reply, new Refusal(transportRefusals.systemBusy), 500)
}

/** To be asked again after a moment. */
function overloaded(): Refusal {
  return new Refusal(transportRefusals.overloaded, { retryAfterSeconds: 1 })
}

function methodsOf(app: FastifyInstance, path: string): readonly string[] {
  return (['GET', 'POST'] as const).filter((method) => app.findRoute({ method, url: path }) !== null)
}

function answerUnrouted(
  request: FastifyRequest,
  reply: FastifyReply,
  allowed: readonly string[],
): FastifyReply {
  if (allowed.length === 0) {
    return sendRefusal(request, reply, new Refusal(transportRefusals.noSuchPath), 404)
  }
  reply.header('allow', allowed.join(', '))
  return sendRefusal(request, reply, new Refusal(transportRefusals.methodNotAllowed), 405)
}

/** A connection whose request never became one: there is no request to ask for its language. */
function refuseConnection(
  error: Error & { readonly code?: string },
  socket: Socket,
  onAnswered: (answered: Answered) => void,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, definition] = connectionAnswer(error.code)
  onAnswered({
    method: UNKNOWN,
    route: UNKNOWN,
    status: Number.parseInt(status, 10),
    refusalCode: definition.code,
  })
  const body = JSON.stringify({ error_code: definition.code, error_msg: definition.zh })
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json; charset=utf-8\r\ncache-control: no-store\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}

function connectionAnswer(code: string | undefined): [string, RefusalDefinition] {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return ['431 Request Header Fields Too Large', transportRefusals.headersTooLarge]
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return ['408 Request Timeout', transportRefusals.requestTooSlow]
    default:
      return ['400 Bad Request', transportRefusals.notHttp]
  }
}
