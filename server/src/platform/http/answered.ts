import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Refusal } from '../refusal.ts'

/** A request that is over, in words of which there are only so many: nothing here is a caller's own. */
export interface Answered {
  readonly method: string
  /** The path as declared, never the one that was asked for; `unknown` for every path that is none. */
  readonly route: string
  /** 499: the caller hung up before the answer. */
  readonly status: number
  /** Milliseconds from its arrival; absent for what never became a request. */
  readonly tookMs?: number
  /** `status` of a result, `OK` where it has none; absent for a refusal. */
  readonly outcome?: string
  readonly refusalCode?: string
}

/** What is learned of a request on its way. */
interface Notes {
  /** Of an application that exists; what a caller claims is no id. */
  clientId?: string
  outcome?: string
  refusal?: Refusal
}

export const UNKNOWN = 'unknown'
export const HUNG_UP = 499
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

const notes = new WeakMap<FastifyRequest, Notes>()

/** Remembers something about a request, for its line in the log and for the metrics. */
export function note(request: FastifyRequest, learned: Notes): void {
  const known = notes.get(request)
  if (known === undefined) notes.set(request, learned)
  else Object.assign(known, learned)
}

/** Gives an account of every request, once, when it is over. */
export function addAccounts(app: FastifyInstance, onAnswered: (answered: Answered) => void): void {
  app.addHook('onRequest', (request, reply, done) => {
    giveAccount(request, reply, onAnswered)
    done()
  })
}

/** The same for one request, for those that no hook sees. */
export function giveAccount(
  request: FastifyRequest,
  reply: FastifyReply,
  onAnswered: (answered: Answered) => void,
): void {
  const startedAt = performance.now()
  // Whatever comes of a connection, its response is closed in the end, and once.
  reply.raw.once('close', () => {
    const learned = notes.get(request)
    const answered = accountOf(request, reply, learned, performance.now() - startedAt)
    logRequest(request, answered, learned)
    onAnswered(answered)
  })
}

function accountOf(
  request: FastifyRequest,
  reply: FastifyReply,
  learned: Notes | undefined,
  tookMs: number,
): Answered {
  const { method } = request
  return {
    method: METHODS.has(method) ? method : UNKNOWN,
    route: request.routeOptions.url ?? UNKNOWN,
    status: reply.raw.writableFinished ? reply.raw.statusCode : HUNG_UP,
    tookMs,
    ...(learned?.outcome !== undefined && { outcome: learned.outcome }),
    ...(learned?.refusal !== undefined && { refusalCode: learned.refusal.definition.code }),
  }
}

/** The path and the outcome, never a header, a body or what follows `?`. Pages and probes that went well are no news. */
function logRequest(request: FastifyRequest, answered: Answered, learned: Notes | undefined): void {
  const { method, route, status, tookMs = 0 } = answered
  if (status < 400 && !route.startsWith('/api/')) return
  const because = learned?.refusal?.details.because
  request.log.info(
    {
      method,
      route,
      status,
      outcome: answered.refusalCode ?? answered.outcome,
      ...(because !== undefined && { because }),
      tookMs: Math.round(tookMs * 10) / 10,
      ...(learned?.clientId !== undefined && { clientId: learned.clientId }),
    },
    `${method} ${route} ${status}`,
  )
}
