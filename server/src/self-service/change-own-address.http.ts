import { z } from 'zod'
import type { Application } from '../applications/index.ts'
import { textField } from '../platform/http/fields.ts'
import { noReply, type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { type FindSessionDeps, sessionRefusals } from '../sessions/index.ts'
import { parseEmail, parseMobile, userRefusals } from '../users/index.ts'
import { verificationRefusals } from '../verifications/index.ts'
import { changeOwnAddress, type ChangeAddressDeps } from './change-own-address.ts'
import { ownerOf } from './owner.ts'

const newMobile = z.object({ mobile: textField, verify_code: textField })
const newEmail = z.object({ email: textField, verify_code: textField })

export const updateMobileEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/sdk/profile/update-mobile',
  summary: {
    en: 'Change the mobile number of the signed-in user, by a code that was sent to the new one; his other sessions end',
    zh: '修改当前用户的手机号（验证码发送至新手机号），其他会话随之结束',
  },
  credentials: { Authorization: 'required' },
  body: newMobile,
  reply: noReply,
  refusals: [
    sessionRefusals.idTokenRefused,
    verificationRefusals.codeIncorrect,
    userRefusals.mobileMalformed,
    userRefusals.mobileRegistered,
  ],
  async handle(
    deps: FindSessionDeps & ChangeAddressDeps,
    call: SdkCall<Application, z.infer<typeof newMobile>>,
  ) {
    const owner = await ownerOf(deps, call)
    const { mobile, verify_code: verifyCode } = call.body
    await changeOwnAddress(deps, owner, { address: await parseMobile(mobile), verifyCode }, call.now)
    return undefined
  },
})

export const updateEmailEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/sdk/profile/update-email',
  summary: {
    en: 'Change the email of the signed-in user, by a code that was sent to the new one; his other sessions end',
    zh: '修改当前用户的邮箱（验证码发送至新邮箱），其他会话随之结束',
  },
  credentials: { Authorization: 'required' },
  body: newEmail,
  reply: noReply,
  refusals: [
    sessionRefusals.idTokenRefused,
    verificationRefusals.codeIncorrect,
    userRefusals.emailMalformed,
    userRefusals.emailRegistered,
  ],
  async handle(
    deps: FindSessionDeps & ChangeAddressDeps,
    call: SdkCall<Application, z.infer<typeof newEmail>>,
  ) {
    const owner = await ownerOf(deps, call)
    const { email, verify_code: verifyCode } = call.body
    await changeOwnAddress(deps, owner, { address: parseEmail(email), verifyCode }, call.now)
    return undefined
  },
})
