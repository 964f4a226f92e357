import type { Outbound } from '../../platform/outbound/outbound.ts'
import { callWeChat } from './call-wechat.ts'
import { openDeadline, WECHAT_TOTAL_MS } from './deadline.ts'
import { readPerson, type WeChatPerson } from './read-person.ts'

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
  const outcome = await callWeChat(
    { outbound: deps.outbound, apiBase: connection.apiBase },
    {
      call: 'code2Session',
      path: '/sns/jscode2session',
      query: {
        appid: connection.appId,
        secret: connection.appSecret,
        js_code: wxLoginCode,
        grant_type: 'authorization_code',
      },
      read: readPerson,
    },
    openDeadline(WECHAT_TOTAL_MS),
  )
  if ('refusal' in outcome) throw outcome.refusal
  return outcome.content
}
