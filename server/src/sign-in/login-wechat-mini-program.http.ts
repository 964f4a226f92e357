import { z } from 'zod'
import type { Application } from '../applications/index.ts'
import { wxLoginRefusals } from '../connections/index.ts'
import { textField } from '../platform/http/fields.ts'
import { type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import type { IdTokenDeps } from '../sessions/index.ts'
import { callerOf } from './caller.ts'
import { type LoginDeps, loginWithWxCode } from './login-wechat-mini-program.ts'
import { pendingReply, type PendingReplyDeps } from './pending-reply.ts'
import { signInRefusals } from './refusals.ts'
import { entryOnWire, signInReply } from './wire.ts'

export const loginWeChatMiniProgramEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/sdk/login/wechat-miniprogram',
  summary: {
    en: 'Sign in with the code that wx.login gave the mini program',
    zh: '用小程序 wx.login 得到的 code 登录',
  },
  body: z.object({ code: textField }),
  reply: signInReply,
  refusals: [
    signInRefusals.sourceNotSwitchedOn,
    signInRefusals.notBound,
    signInRefusals.secondIdentity,
    signInRefusals.twoUsers,
    ...wxLoginRefusals,
  ],

  async handle(
    deps: LoginDeps & IdTokenDeps & PendingReplyDeps,
    call: SdkCall<Application, { code: string }>,
  ) {
    const caller = callerOf(call)
    const result = await loginWithWxCode(deps, caller, call.body.code)
    return 'signIn' in result ? pendingReply(deps, result, call.now) : entryOnWire(deps, caller, result)
  },
})
