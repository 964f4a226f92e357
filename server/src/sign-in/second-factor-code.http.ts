import { z } from 'zod'
import type { Application } from '../applications/index.ts'
import { textField } from '../platform/http/fields.ts'
import { type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { type Address, parseEmail, parseMobile, userRefusals } from '../users/index.ts'
import { verificationRefusals } from '../verifications/index.ts'
import { callerOf } from './caller.ts'
import { emailField, emailOf } from './email-field.ts'
import { passByCode } from './second-factor-code.ts'
import { secondFactorReply, secondFactorRefusals, trustField } from './second-factor-wire.ts'
import { signInReply, type SignInReplyDeps } from './sign-in-reply.ts'
import { factorPaths } from './steps.ts'

const byMobile = z.object({ mobile: textField, verify_code: textField, ...trustField })
const byEmail = z.object({ ...emailField, verify_code: textField, ...trustField })

export const passByMobileCodeEndpoint = sdkEndpoint({
  method: 'POST',
  path: factorPaths.sms,
  summary: {
    en: 'Pass the second factor by a code to the own mobile number (MFA_AUTH_SMS, or OTP_REST_SMS)',
    zh: '用发送到本人手机的验证码（MFA_AUTH_SMS 或 OTP_REST_SMS）完成二次认证',
  },
  credentials: { 'X-state-token': 'required' },
  body: byMobile,
  reply: secondFactorReply,
  refusals: [...secondFactorRefusals, verificationRefusals.codeIncorrect, userRefusals.mobileMalformed],
  handle: async (deps: SignInReplyDeps, call: SdkCall<Application, z.infer<typeof byMobile>>) =>
    pass(deps, call, await parseMobile(call.body.mobile)),
})

export const passByEmailCodeEndpoint = sdkEndpoint({
  method: 'POST',
  path: factorPaths.email,
  summary: {
    en: 'Pass the second factor by a code to the own email (MFA_AUTH_EMS)',
    zh: '用发送到本人邮箱的验证码（MFA_AUTH_EMS）完成二次认证',
  },
  credentials: { 'X-state-token': 'required' },
  body: byEmail,
  reply: secondFactorReply,
  refusals: [...secondFactorRefusals, verificationRefusals.codeIncorrect, userRefusals.emailMalformed],
  handle: async (deps: SignInReplyDeps, call: SdkCall<Application, z.infer<typeof byEmail>>) =>
    pass(deps, call, parseEmail(emailOf(call.body))),
})

async function pass(
  deps: SignInReplyDeps,
  call: SdkCall<Application, { verify_code: string; trust_device?: boolean | undefined }>,
  address: Address,
) {
  const caller = callerOf(call)
  const { verify_code: verifyCode, trust_device: trustsDevice = false } = call.body
  const result = await passByCode(deps, caller, call.stateToken, { address, verifyCode, trustsDevice })
  return signInReply(deps, caller, result)
}
