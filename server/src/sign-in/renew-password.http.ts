import { z } from 'zod'
import type { Application } from '../applications/index.ts'
import { credentialRefusals, newPasswordRefusals, passwordField } from '../credentials/index.ts'
import { textField } from '../platform/http/fields.ts'
import { noBody, type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import type { Channel } from '../users/index.ts'
import { verificationRefusals } from '../verifications/index.ts'
import { callerOf } from './caller.ts'
import { signInRefusals } from './refusals.ts'
import { type RenewPasswordDeps, skipUpdate, updatePassword, updatePasswordByCode } from './renew-password.ts'
import { signInReply, type SignInReplyDeps } from './sign-in-reply.ts'
import { passwordPaths } from './steps.ts'
import { replyTo } from './wire.ts'

type Deps = RenewPasswordDeps & SignInReplyDeps

const reply = replyTo('password that is changed')
const byOldPassword = z.object({ old_password: passwordField, new_password: passwordField })
const byCode = z.object({ verify_code: textField, new_password: passwordField })

export const updatePasswordEndpoint = sdkEndpoint({
  method: 'POST',
  path: passwordPaths.update,
  summary: {
    en: 'Change a password that expires, and finish the login that asked for it',
    zh: '修改即将过期或已过期的密码，并完成登录',
  },
  credentials: { 'X-state-token': 'required' },
  body: byOldPassword,
  reply,
  refusals: [
    signInRefusals.passwordStateTokenRefused,
    credentialRefusals.passwordIncorrect,
    credentialRefusals.locked,
    ...newPasswordRefusals,
  ],
  async handle(deps: Deps, call: SdkCall<Application, z.infer<typeof byOldPassword>>) {
    const caller = callerOf(call)
    const shown = { oldPassword: call.body.old_password, newPassword: call.body.new_password }
    return signInReply(deps, caller, await updatePassword(deps, caller, call.stateToken, shown))
  },
})

export const skipUpdateEndpoint = sdkEndpoint({
  method: 'GET',
  path: passwordPaths.skip,
  summary: {
    en: 'Keep a password that is about to expire, and finish the login',
    zh: '暂不修改即将过期的密码，并完成登录',
  },
  credentials: { 'X-state-token': 'required' },
  body: noBody,
  reply,
  refusals: [signInRefusals.passwordStateTokenRefused],
  async handle(deps: Deps, call: SdkCall<Application, undefined>) {
    const caller = callerOf(call)
    return signInReply(deps, caller, await skipUpdate(deps, caller, call.stateToken))
  },
})

export const updatePasswordByMobileAfterLoginEndpoint = byCodeTo('sms', {
  en: 'The same by a code to the own mobile number (CHANGE_PWD_SMS)',
  zh: '用发送到本人手机的验证码（CHANGE_PWD_SMS）修改密码，并完成登录',
})

export const updatePasswordByEmailAfterLoginEndpoint = byCodeTo('email', {
  en: 'The same by a code to the own email (CHANGE_PWD_EMS)',
  zh: '用发送到本人邮箱的验证码（CHANGE_PWD_EMS）修改密码，并完成登录',
})

function byCodeTo(channel: Channel, summary: { readonly en: string; readonly zh: string }) {
  return sdkEndpoint({
    method: 'POST',
    path: passwordPaths['by code'][channel],
    summary,
    credentials: { 'X-state-token': 'required' },
    body: byCode,
    reply,
    refusals: [
      signInRefusals.passwordStateTokenRefused,
      verificationRefusals.codeIncorrect,
      ...newPasswordRefusals,
    ],
    async handle(deps: Deps, call: SdkCall<Application, z.infer<typeof byCode>>) {
      const caller = callerOf(call)
      const shown = { channel, verifyCode: call.body.verify_code, newPassword: call.body.new_password }
      return signInReply(deps, caller, await updatePasswordByCode(deps, caller, call.stateToken, shown))
    },
  })
}
