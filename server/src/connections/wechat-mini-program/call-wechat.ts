import {
  jitter,
  OutboundError,
  type Outbound,
  type OutboundRequest,
} from '../../platform/outbound/outbound.ts'
import type { Refusal } from '../../platform/refusal.ts'
import type { Deadline } from './deadline.ts'
import { refusalFor, SYSTEM_ERROR, unavailable, type WeChatCall } from './errcodes.ts'
import { readAnswer, type ReadContent } from './read-answer.ts'

const RETRY_AFTER_MS = 50
/** With less left of the deadline a try would only be cut short, and could use a code up for nothing. */
const LEAST_FOR_TRY_MS = 250

/** WeChat's server API, as one of our lanes reaches it. */
export interface WeChatServer {
  readonly outbound: Outbound
  /** `https://api.weixin.qq.com` or what stands in for it; a path in it is kept. */
  readonly apiBase: URL
}

export interface WeChatRequest<Content> {
  readonly call: WeChatCall
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  /** Sent as JSON by POST; a call without one is a GET. */
  readonly body?: Readonly<Record<string, unknown>>
  readonly read: ReadContent<Content>
}

export type WeChatOutcome<Content> =
  | { readonly content: Content }
  /** `errcode` is there when WeChat gave one, and `seenIp` when it said from which address it was called. */
  | { readonly refusal: Refusal; readonly errcode?: number; readonly seenIp?: string }

/** @property mayRetry WeChat cannot have acted on the call */
type Try<Content> = WeChatOutcome<Content> & { readonly mayRetry?: boolean }

/**
 * Calls WeChat before the deadline. Tries a second time only after errcode -1 or when no connection came to
 * be: anything else may have used the code that the call is about.
 *
 * No outcome holds the URL or the body: the app secret, the access token and the code are in them.
 */
export async function callWeChat<Content>(
  server: WeChatServer,
  request: WeChatRequest<Content>,
  deadline: Deadline,
): Promise<WeChatOutcome<Content>> {
  if (deadline.leftMs() < LEAST_FOR_TRY_MS)
    return { refusal: unavailable(request.call, 'no time left for it') }
  const first = await tryOnce(server, request, deadline.leftMs())
  if (first.mayRetry !== true || deadline.leftMs() < LEAST_FOR_TRY_MS) return first
  await jitter(RETRY_AFTER_MS)
  return tryOnce(server, request, deadline.leftMs())
}

async function tryOnce<Content>(
  { outbound, apiBase }: WeChatServer,
  request: WeChatRequest<Content>,
  timeoutMs: number,
): Promise<Try<Content>> {
  const { call } = request
  const reply = await outbound({ ...onTheWire(apiBase, request), timeoutMs }).catch((error: unknown) =>
    // Any other error could hold the URL, and the URL holds a secret.
    error instanceof OutboundError ? error : new OutboundError('network'),
  )
  if (reply instanceof OutboundError) {
    return { refusal: unavailable(call, reply.failure), mayRetry: reply.failure === 'connect' }
  }
  if (reply.status !== 200) return { refusal: unavailable(call, `status ${reply.status}`) }

  const answer = readAnswer(reply.text, request.read)
  switch (answer.kind) {
    case 'content':
      return { content: answer.content }
    case 'errcode':
      return {
        refusal: refusalFor(call, answer.errcode),
        errcode: answer.errcode,
        ...(answer.seenIp !== undefined && { seenIp: answer.seenIp }),
        mayRetry: answer.errcode === SYSTEM_ERROR,
      }
    case 'malformed':
      return { refusal: unavailable(call, answer.because) }
  }
}

function onTheWire(
  apiBase: URL,
  { path, query, body }: WeChatRequest<unknown>,
): Omit<OutboundRequest, 'timeoutMs'> {
  const url = new URL(apiBase)
  url.pathname = `${url.pathname.replace(/\/$/, '')}${path}`
  url.search = new URLSearchParams(query).toString()
  if (body === undefined) return { url }
  return {
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }
}
