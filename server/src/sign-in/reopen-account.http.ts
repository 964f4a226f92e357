import type { z } from 'zod'
import type { Application } from '../applications/index.ts'
import { type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { userRefusals } from '../users/index.ts'
import { addressOf, byAddress, verificationRefusals } from '../verifications/index.ts'
import { callerOf } from './caller.ts'
import { signInRefusals } from './refusals.ts'
import { reopenAccount } from './reopen-account.ts'
import { signInReply, type SignInReplyDeps } from './sign-in-reply.ts'
import { replyTo } from './wire.ts'

export const reopenAccountEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/ligature/account/reopen',
  summary: {
    en: 'Open an account again that its user has closed, by a code for signing in, and sign him in',
    zh: '用登录验证码恢复处于注销冷静期的账号并登录',
  },
  /** With a code of the type `LOGIN_SMS` or `LOGIN_EMS`. */
  body: byAddress,
  reply: replyTo('address'),
  refusals: [
    signInRefusals.notClosed,
    verificationRefusals.codeIncorrect,
    verificationRefusals.addressChoice,
    userRefusals.mobileMalformed,
    userRefusals.emailMalformed,
  ],

  async handle(deps: SignInReplyDeps, call: SdkCall<Application, z.infer<typeof byAddress>>) {
    const caller = callerOf(call)
    const shown = { address: await addressOf(call.body), verifyCode: call.body.verify_code }
    return signInReply(deps, caller, await reopenAccount(deps, caller, shown))
  },
})
