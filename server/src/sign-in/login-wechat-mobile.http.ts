import { z } from 'zod'
import type { Application } from '../applications/index.ts'
import { phoneButtonRefusals } from '../connections/index.ts'
import { textField } from '../platform/http/fields.ts'
import { type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { userRefusals } from '../users/index.ts'
import type { PhoneButtonDeps } from './bind-by-phone-button.ts'
import { callerOf } from './caller.ts'
import { loginByPhoneButton } from './login-wechat-mobile.ts'
import { signInRefusals } from './refusals.ts'
import { signInReply, type SignInReplyDeps } from './sign-in-reply.ts'
import { replyTo } from './wire.ts'

export const loginWeChatMobileEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/sdk/login/wechat-mini-program-mobile',
  summary: {
    en: 'Sign in with the mobile number that WeChat’s phone button gave the mini program',
    zh: '用微信手机号一键授权所得的手机号登录',
  },
  body: z.object({ code: textField }),
  reply: replyTo('address'),
  refusals: [
    signInRefusals.sourceNotSwitchedOn,
    signInRefusals.registrationClosed,
    ...phoneButtonRefusals,
    userRefusals.mobileMalformed,
  ],

  async handle(deps: PhoneButtonDeps & SignInReplyDeps, call: SdkCall<Application, { code: string }>) {
    const caller = callerOf(call)
    return signInReply(deps, caller, await loginByPhoneButton(deps, caller, call.body.code))
  },
})
