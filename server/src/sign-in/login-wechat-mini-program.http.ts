import { z } from 'zod'
import type { Application } from '../applications/index.ts'
import { wxLoginRefusals } from '../connections/index.ts'
import { textField } from '../platform/http/fields.ts'
import { type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { callerOf } from './caller.ts'
import { type LoginDeps, loginWithWxCode } from './login-wechat-mini-program.ts'
import { signInRefusals } from './refusals.ts'
import { signInReply, type SignInReplyDeps } from './sign-in-reply.ts'
import { replyTo } from './wire.ts'

export const loginWeChatMiniProgramEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/sdk/login/wechat-miniprogram',
  summary: {
    en: 'Sign in with the code that wx.login gave the mini program',
    zh: '用小程序 wx.login 得到的 code 登录',
  },
  body: z.object({ code: textField }),
  reply: replyTo('identity'),
  refusals: [
    signInRefusals.sourceNotSwitchedOn,
    signInRefusals.notBound,
    signInRefusals.secondIdentity,
    signInRefusals.twoUsers,
    ...wxLoginRefusals,
  ],

  async handle(deps: LoginDeps & SignInReplyDeps, call: SdkCall<Application, { code: string }>) {
    const caller = callerOf(call)
    return signInReply(deps, caller, await loginWithWxCode(deps, caller, call.body.code))
  },
})
