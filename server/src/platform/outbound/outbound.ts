import { request as requestOverHttp, type IncomingMessage } from 'node:http'
import { request as requestOverHttps } from 'node:https'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { TLSSocket } from 'node:tls'

/** Why a call to somebody else's server did not give an answer. Never holds a URL, which can hold a secret. */
export type OutboundFailure =
  'timeout' | 'connect' | 'too-large' | 'redirect' | 'too-many-in-flight' | 'network'

export class OutboundError extends Error {
  override readonly name = 'OutboundError'
  readonly failure: OutboundFailure
  /** What the system calls it, such as `ECONNREFUSED` or `CERT_HAS_EXPIRED`; absent where it has no name for it. */
  readonly code: string | undefined

  constructor(failure: OutboundFailure, code?: string) {
    super(failure)
    this.failure = failure
    this.code = code
  }

  /** True when the other side cannot have acted: nothing of the request left this process. */
  get neverSent(): boolean {
    return this.failure === 'connect' || this.failure === 'too-many-in-flight'
  }
}

export interface OutboundAnswer {
  readonly status: number
  readonly contentType: string
  /** What the other side says that the time is, as it wrote it; empty when it did not. */
  readonly date: string
  readonly text: string
}

export interface OutboundRequest {
  readonly url: URL
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Milliseconds for the whole exchange, the last byte included. */
  readonly timeoutMs: number
  /** Milliseconds of those for name lookup, connection and TLS handshake; 1,000 when not given. */
  readonly connectTimeoutMs?: number
}

/** Calls servers that are not ours, one lane for each kind of server. */
export type Outbound = (request: OutboundRequest) => Promise<OutboundAnswer>

const MAX_ANSWER_BYTES = 64 * 1024
const CONNECT_TIMEOUT_MS = 1_000

/**
 * A lane to one kind of outside server: deadlines for the connection and for the whole exchange, no
 * redirects, a bounded answer, and never more than `maxInFlight` calls at once, so that a slow one holds
 * up nothing but itself.
 *
 * @throws {OutboundError} always of this type, without URL, headers or body
 */
export function openOutboundLane(maxInFlight: number): Outbound {
  let inFlight = 0
  return async (request) => {
    if (inFlight >= maxInFlight) throw new OutboundError('too-many-in-flight')
    inFlight += 1
    try {
      return await exchange(request)
    } finally {
      inFlight -= 1
    }
  }
}

async function exchange(request: OutboundRequest): Promise<OutboundAnswer> {
  const deadline = new AbortController()
  const total = setTimeout(() => deadline.abort(), request.timeoutMs)
  const connect = setTimeout(() => deadline.abort(), request.connectTimeoutMs ?? CONNECT_TIMEOUT_MS)
  let isConnected = false
  try {
    const response = await send(request, deadline.signal, () => {
      isConnected = true
      clearTimeout(connect)
    })
    return {
      status: acceptedStatus(response),
      contentType: response.headers['content-type'] ?? '',
      date: response.headers.date ?? '',
      text: await readBounded(response),
    }
  } catch (error) {
    if (error instanceof OutboundError) throw error
    if (!isConnected) throw new OutboundError('connect', codeOf(error))
    throw new OutboundError(deadline.signal.aborted ? 'timeout' : 'network')
  } finally {
    clearTimeout(total)
    clearTimeout(connect)
  }
}

/** Node's name for a fault, which holds nothing of the request. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  return /^[A-Z][A-Z\d_]{1,60}$/.test(error.code) && error.code !== 'ABORT_ERR' ? error.code : undefined
}

/**
 * Node's own client and not `fetch`, which has no deadline for the connection alone and cannot say
 * whether one came to be. Its shared agents keep connections alive and heed `NODE_USE_ENV_PROXY`.
 */
function send(
  outgoing: OutboundRequest,
  signal: AbortSignal,
  onConnected: () => void,
): Promise<IncomingMessage> {
  const open = outgoing.url.protocol === 'https:' ? requestOverHttps : requestOverHttp
  return new Promise((resolve, reject) => {
    const request = open(outgoing.url, {
      method: outgoing.method ?? 'GET',
      headers: { accept: '*/*', 'user-agent': 'ligature', ...outgoing.headers },
      signal,
    })
    request.once('socket', (socket) => whenConnected(socket, onConnected))
    request.once('response', resolve)
    request.on('error', reject)
    // An answer that switches protocols ends the request with neither an answer nor an error.
    request.once('close', () => reject(new Error('closed')))
    request.end(outgoing.body)
  })
}

function whenConnected(socket: Socket, onConnected: () => void): void {
  if (!(socket instanceof TLSSocket)) {
    if (!socket.connecting) return onConnected()
    socket.once('connect', onConnected)
    return
  }
  // A socket that was kept, or that goes through a proxy's tunnel, arrives with its handshake done.
  if (socket.getFinished() !== undefined) return onConnected()
  socket.once('secureConnect', onConnected)
}

function acceptedStatus(response: IncomingMessage): number {
  const status = response.statusCode ?? 0
  if (status < 300 || status >= 400) return status
  response.destroy()
  throw new OutboundError('redirect')
}

async function readBounded(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  // Without `setEncoding` a response gives buffers; its type does not say so.
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.byteLength
    if (size > MAX_ANSWER_BYTES) throw new OutboundError('too-large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Waits between two tries: `atLeastMs` and up to as much again, so that callers do not return in step. */
export function jitter(atLeastMs: number): Promise<void> {
  return delay(atLeastMs * (1 + Math.random()))
}
