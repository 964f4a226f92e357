import { jitter, OutboundError, type Outbound } from '../../platform/outbound/outbound.ts'
import type { Refusal } from '../../platform/refusal.ts'
import { refusalFor, SYSTEM_ERROR, unavailable } from './errcodes.ts'
import { readAnswer, type WeChatPerson } from './read-answer.ts'

/** A little under three seconds, so that the refusal is with the caller within three. */
const TOTAL_MS = 2_800
const RETRY_AFTER_MS = 50
/** With less left of the deadline a second try would only be cut short. */
const LEAST_FOR_RETRY_MS = 250

type Outcome =
  | { readonly person: WeChatPerson }
  | { readonly refusal: Refusal; /** The same code may still be good. */ readonly mayRetry: boolean }

/**
 * Exchanges the code from `wx.login` for the person's ids at WeChat, in less than 3 seconds. Tries a second
 * time only after errcode -1 or when no connection came to be: anything else may have used the code.
 *
 * The code is good once, for five minutes. WeChat's `session_key` is dropped here: nothing else needs it,
 * and it may not reach the mini program.
 *
 * @param connection `apiBase` is `https://api.weixin.qq.com` or what stands in for it; a path in it is kept
 * @throws {Refusal} `sourceRefusedCode`, `sourceBusy`, `sourceBlockedUser`, `sourceMisconfigured` by errcode
 * @throws {Refusal} `sourceUnavailable` for any other errcode or status, a failed call, or an answer that
 *   WeChat does not give; none of them holds the URL, the app secret or the code
 * @see WeChat Mini Program server API, `auth.code2Session`
 */
export async function exchangeWxLoginCode(
  deps: { readonly outbound: Outbound },
  connection: { readonly apiBase: URL; readonly appId: string; readonly appSecret: string },
  wxLoginCode: string,
): Promise<WeChatPerson> {
  const url = new URL(connection.apiBase)
  url.pathname = `${url.pathname.replace(/\/$/, '')}/sns/jscode2session`
  url.search = new URLSearchParams({
    appid: connection.appId,
    secret: connection.appSecret,
    js_code: wxLoginCode,
    grant_type: 'authorization_code',
  }).toString()

  const endsAt = performance.now() + TOTAL_MS
  const leftMs = (): number => Math.floor(endsAt - performance.now())

  let outcome = await attempt(deps.outbound, url, TOTAL_MS)
  if ('refusal' in outcome && outcome.mayRetry && leftMs() >= LEAST_FOR_RETRY_MS) {
    await jitter(RETRY_AFTER_MS)
    outcome = await attempt(deps.outbound, url, leftMs())
  }
  if ('refusal' in outcome) throw outcome.refusal
  return outcome.person
}

async function attempt(outbound: Outbound, url: URL, timeoutMs: number): Promise<Outcome> {
  const reply = await outbound({ url, timeoutMs }).catch((error: unknown) =>
    // Any other error could hold the URL, and the URL holds the secret.
    error instanceof OutboundError ? error : new OutboundError('network'),
  )
  if (reply instanceof OutboundError) {
    return { refusal: unavailable(reply.failure), mayRetry: reply.failure === 'connect' }
  }
  if (reply.status !== 200) return { refusal: unavailable(`status ${reply.status}`), mayRetry: false }

  const answer = readAnswer(reply.text)
  switch (answer.kind) {
    case 'person':
      return { person: answer.person }
    case 'errcode':
      return { refusal: refusalFor(answer.errcode), mayRetry: answer.errcode === SYSTEM_ERROR }
    case 'malformed':
      return { refusal: unavailable(answer.because), mayRetry: false }
  }
}
