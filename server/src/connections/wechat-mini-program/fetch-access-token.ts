import { z } from 'zod'
import { callWeChat, type WeChatOutcome, type WeChatServer } from './call-wechat.ts'
import { type Deadline, openDeadline } from './deadline.ts'
import type { AnswerFields, WeChatAnswer } from './read-answer.ts'

/** Shorter than what a request may spend at WeChat, so that who waited for the token can still use it. */
export const FETCH_WITHIN_MS = 2_000

export interface FetchedToken {
  readonly accessToken: string
  readonly expiresInSeconds: number
}

const tokenSchema = z.string().regex(/^[\x21-\x7e]{1,2048}$/)
/** Two hours at most, whatever a broken source says: a token must not be trusted for ever. */
const secondsSchema = z
  .int()
  .min(1)
  .transform((seconds) => Math.min(seconds, 7_200))

/**
 * Asks WeChat for the mini program's stable access token.
 *
 * In the ordinary mode, and never with `force_refresh`: as long as a token has more than five minutes left,
 * everybody who asks gets that one, so that any number of servers may ask without harm to each other. A forced
 * refresh would end it for whoever else uses the mini program, and WeChat allows 20 of them a day.
 *
 * @throws {Refusal} `sourceBusy`, `sourceMisconfigured`, `sourceUnavailable`
 * @see WeChat Mini Program server API, `getStableAccessToken`
 */
export async function fetchAccessToken(
  server: WeChatServer,
  credentials: { readonly appId: string; readonly appSecret: string },
): Promise<FetchedToken> {
  const outcome = await askForToken(server, credentials, openDeadline(FETCH_WITHIN_MS))
  if ('refusal' in outcome) throw outcome.refusal
  return outcome.content
}

/** The same call, with what WeChat answered instead of a token. */
export function askForToken(
  server: WeChatServer,
  credentials: { readonly appId: string; readonly appSecret: string },
  deadline: Deadline,
): Promise<WeChatOutcome<FetchedToken>> {
  return callWeChat(
    server,
    {
      call: 'getStableAccessToken',
      path: '/cgi-bin/stable_token',
      body: {
        grant_type: 'client_credential',
        appid: credentials.appId,
        secret: credentials.appSecret,
        force_refresh: false,
      },
      read: readToken,
    },
    deadline,
  )
}

function readToken(fields: AnswerFields): WeChatAnswer<FetchedToken> {
  const accessToken = tokenSchema.safeParse(fields['access_token'])
  if (!accessToken.success) return { kind: 'malformed', because: 'no usable access_token' }
  const expiresInSeconds = secondsSchema.safeParse(fields['expires_in'])
  if (!expiresInSeconds.success) return { kind: 'malformed', because: 'no usable expires_in' }
  return {
    kind: 'content',
    content: { accessToken: accessToken.data, expiresInSeconds: expiresInSeconds.data },
  }
}
