import { z } from 'zod'
import type { Application } from '../applications/index.ts'
import { newPasswordRefusals, passwordField } from '../credentials/index.ts'
import { textField } from '../platform/http/fields.ts'
import { type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { type Address, givenAttributes, parseEmail, parseMobile, userRefusals } from '../users/index.ts'
import { verificationRefusals } from '../verifications/index.ts'
import { callerOf } from './caller.ts'
import { emailField, emailOf } from './email-field.ts'
import { signInRefusals } from './refusals.ts'
import { register, type RegisterDeps } from './register.ts'
import { signInReply, type SignInReplyDeps } from './sign-in-reply.ts'
import { replyTo } from './wire.ts'

const aboutHim = givenAttributes.extend({
  verify_code: textField,
  /** As it was typed, spaces and all; empty: none. */
  pwd: z.union([z.literal(''), passwordField]).optional(),
})
const byMobile = aboutHim.extend({ mobile: textField })
const byEmail = aboutHim.extend(emailField)

const refusals = [
  verificationRefusals.codeIncorrect,
  userRefusals.attributeRequired,
  userRefusals.attributeMalformed,
  userRefusals.attributeNotYours,
  userRefusals.userNameTaken,
  ...newPasswordRefusals,
]

export const registerByMobileCodeEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/sdk/register/mobile-verify-code',
  summary: {
    en: 'Register with a code that was sent to a mobile number, and sign in',
    zh: '用手机验证码注册并登录',
  },
  body: byMobile,
  reply: replyTo('address'),
  refusals: [
    ...refusals,
    signInRefusals.registrationClosed,
    userRefusals.mobileRegistered,
    userRefusals.mobileMalformed,
  ],
  handle: async (
    deps: RegisterDeps & SignInReplyDeps,
    call: SdkCall<Application, z.infer<typeof byMobile>>,
  ) => registerBy(deps, call, await parseMobile(call.body.mobile)),
})

export const registerByEmailCodeEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/sdk/register/email-verify-code',
  summary: {
    en: 'Register with a code that was sent to an email address, and sign in',
    zh: '用邮箱验证码注册并登录',
  },
  body: byEmail,
  reply: replyTo('address'),
  refusals: [
    ...refusals,
    signInRefusals.emailNotRegistered,
    userRefusals.emailRegistered,
    userRefusals.emailMalformed,
  ],
  handle: async (deps: RegisterDeps & SignInReplyDeps, call: SdkCall<Application, z.infer<typeof byEmail>>) =>
    registerBy(deps, call, parseEmail(emailOf(call.body))),
})

async function registerBy(
  deps: RegisterDeps & SignInReplyDeps,
  call: SdkCall<Application, z.infer<typeof aboutHim>>,
  address: Address,
) {
  const caller = callerOf(call)
  const { verify_code: verifyCode, pwd, ...given } = call.body
  const password = pwd === '' ? undefined : pwd
  return signInReply(deps, caller, await register(deps, caller, { address, verifyCode, password, given }))
}
