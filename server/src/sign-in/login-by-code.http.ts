import { z } from 'zod'
import type { Application } from '../applications/index.ts'
import { textField } from '../platform/http/fields.ts'
import { type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { type Address, parseEmail, parseMobile, userRefusals } from '../users/index.ts'
import { verificationRefusals } from '../verifications/index.ts'
import { callerOf } from './caller.ts'
import { emailField, emailOf } from './email-field.ts'
import { loginByCode } from './login-by-code.ts'
import { signInRefusals } from './refusals.ts'
import { signInReply, type SignInReplyDeps } from './sign-in-reply.ts'
import { replyTo } from './wire.ts'

const byMobile = z.object({ mobile: textField, verify_code: textField })
const byEmail = z.object({ ...emailField, verify_code: textField })

export const loginByMobileCodeEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/sdk/login/mobile-verify-code',
  summary: {
    en: 'Sign in with a code that was sent to a mobile number',
    zh: '用手机验证码登录',
  },
  body: byMobile,
  reply: replyTo('address'),
  refusals: [
    verificationRefusals.codeIncorrect,
    signInRefusals.registrationClosed,
    userRefusals.mobileMalformed,
  ],
  handle: async (deps: SignInReplyDeps, call: SdkCall<Application, z.infer<typeof byMobile>>) =>
    login(deps, call, await parseMobile(call.body.mobile)),
})

export const loginByEmailCodeEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/sdk/login/email-verify-code',
  summary: {
    en: 'Sign in with a code that was sent to an email address',
    zh: '用邮箱验证码登录',
  },
  body: byEmail,
  reply: replyTo('address'),
  refusals: [
    verificationRefusals.codeIncorrect,
    signInRefusals.emailNotRegistered,
    userRefusals.emailMalformed,
  ],
  handle: async (deps: SignInReplyDeps, call: SdkCall<Application, z.infer<typeof byEmail>>) =>
    login(deps, call, parseEmail(emailOf(call.body))),
})

async function login(
  deps: SignInReplyDeps,
  call: SdkCall<Application, { verify_code: string }>,
  address: Address,
) {
  const caller = callerOf(call)
  const shown = { address, verifyCode: call.body.verify_code }
  return signInReply(deps, caller, await loginByCode(deps, caller, shown))
}
