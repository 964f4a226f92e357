import { z } from 'zod'
import type { Application } from '../applications/index.ts'
import { credentialRefusals, hasPassword, newPasswordRefusals, passwordField } from '../credentials/index.ts'
import { textField } from '../platform/http/fields.ts'
import { doorRefusals } from '../platform/http/refusals.ts'
import { noBody, noReply, type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { Refusal } from '../platform/refusal.ts'
import { type FindSessionDeps, sessionRefusals } from '../sessions/index.ts'
import { signInRefusals } from '../sign-in/index.ts'
import { type Address, type Channel, userRefusals } from '../users/index.ts'
import { addressOf, type Purpose, verificationRefusals } from '../verifications/index.ts'
import { changePassword, changePasswordByCode, type ChangePasswordDeps } from './change-password.ts'
import { ownerOf } from './owner.ts'
import { selfServiceRefusals } from './refusals.ts'
import { resetPassword } from './reset-password.ts'

type Deps = ChangePasswordDeps & FindSessionDeps

/** Of either flavour of the family. */
const ownPurposes = {
  sms: ['UPDATE_PWD_SMS', 'CHANGE_PWD_SMS'],
  email: ['UPDATE_PWD_EMS', 'CHANGE_PWD_EMS'],
} as const satisfies Record<Channel, readonly Purpose[]>

const byCode = z.object({ verify_code: textField, password: passwordField })
/** The address is left out by whoever is signed in, and looked at only for whoever is not. */
const byCodeAndAddress = byCode.extend({ mobile: textField.optional(), email: textField.optional() })
const byOldPassword = z.object({ old_password: passwordField.optional(), new_password: passwordField })

export const updatePasswordByMobileEndpoint = updateBy('sms', '/api/v2/sdk/pwd/update-by-mobile', {
  en: 'Set a new password by a code to a mobile number: to the own one with Authorization (UPDATE_PWD_SMS), or without it a forgotten one (FORGET_PWD_SMS)',
  zh: '用手机验证码设置新密码：带Authorization时为本人修改（UPDATE_PWD_SMS），不带时为忘记密码（FORGET_PWD_SMS）',
})

export const updatePasswordByEmailEndpoint = updateBy('email', '/api/v2/sdk/pwd/update-by-email', {
  en: 'The same by a code to an email (UPDATE_PWD_EMS, FORGET_PWD_EMS)',
  zh: '用邮箱验证码设置新密码（UPDATE_PWD_EMS、FORGET_PWD_EMS）',
})

export const changePasswordByMobileEndpoint = changeBy('sms', '/api/v2/sdk/pwd/change-by-mobile', {
  en: 'Change the own password by a code to the own mobile number (CHANGE_PWD_SMS)',
  zh: '用发送到本人手机的验证码修改密码（CHANGE_PWD_SMS）',
})

export const changePasswordByEmailEndpoint = changeBy('email', '/api/v2/sdk/pwd/change-by-email', {
  en: 'Change the own password by a code to the own email (CHANGE_PWD_EMS)',
  zh: '用发送到本人邮箱的验证码修改密码（CHANGE_PWD_EMS）',
})

export const changePasswordEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/sdk/pwd/change',
  summary: {
    en: 'Change the own password by the present one; whoever has none sets his first, soon after signing in',
    zh: '用当前密码修改密码；尚未设置密码的用户可在登录后不久设置',
  },
  credentials: { Authorization: 'required' },
  body: byOldPassword,
  reply: noReply,
  refusals: [
    sessionRefusals.idTokenRefused,
    credentialRefusals.oldPasswordMissing,
    credentialRefusals.passwordIncorrect,
    credentialRefusals.locked,
    selfServiceRefusals.signInAgain,
    ...newPasswordRefusals,
  ],
  async handle(deps: Deps, call: SdkCall<Application, z.infer<typeof byOldPassword>>) {
    const owner = await ownerOf(deps, call)
    const shown = { oldPassword: call.body.old_password, newPassword: call.body.new_password }
    await changePassword(deps, owner, shown, call.now)
    return undefined
  },
})

export const checkPasswordExistsEndpoint = sdkEndpoint({
  method: 'GET',
  path: '/api/v2/sdk/pwd/check-exist',
  summary: { en: 'Whether the signed-in user has a password', zh: '查询当前用户是否已设置密码' },
  credentials: { Authorization: 'required' },
  body: noBody,
  reply: z.object({ is_set_pwd: z.boolean() }),
  refusals: [sessionRefusals.idTokenRefused],
  async handle(deps: Deps, call: SdkCall<Application, undefined>) {
    const { user } = await ownerOf(deps, call)
    return { is_set_pwd: await hasPassword(deps.db, user.id) }
  },
})

interface Summary {
  readonly en: string
  readonly zh: string
}

function updateBy(channel: Channel, path: string, summary: Summary) {
  return sdkEndpoint({
    method: 'POST',
    path,
    summary,
    credentials: { Authorization: 'optional' },
    body: byCodeAndAddress,
    reply: noReply,
    refusals: [
      sessionRefusals.idTokenRefused,
      verificationRefusals.codeIncorrect,
      signInRefusals.noSuchUser,
      verificationRefusals.addressChoice,
      userRefusals.mobileMalformed,
      userRefusals.emailMalformed,
      ...newPasswordRefusals,
    ],
    async handle(deps: Deps, call: SdkCall<Application, z.infer<typeof byCodeAndAddress>>) {
      // A header that is there says which meaning is meant, whatever it holds.
      if (call.bearer !== undefined) return changeOwn(deps, call, channel)
      const { application, language, ip, now, body } = call
      const forgetful = { application, language, ip, address: await addressIn(body, channel) }
      const shown = { verifyCode: body.verify_code, newPassword: body.password }
      await resetPassword(deps, forgetful, shown, now)
      return undefined
    },
  })
}

function changeBy(channel: Channel, path: string, summary: Summary) {
  return sdkEndpoint({
    method: 'POST',
    path,
    summary,
    credentials: { Authorization: 'required' },
    body: byCode,
    reply: noReply,
    refusals: [sessionRefusals.idTokenRefused, verificationRefusals.codeIncorrect, ...newPasswordRefusals],
    handle: (deps: Deps, call: SdkCall<Application, z.infer<typeof byCode>>) =>
      changeOwn(deps, call, channel),
  })
}

async function changeOwn(
  deps: Deps,
  call: SdkCall<Application, z.infer<typeof byCode>>,
  channel: Channel,
): Promise<undefined> {
  const owner = await ownerOf(deps, call)
  const shown = { channel, verifyCode: call.body.verify_code, newPassword: call.body.password }
  await changePasswordByCode(deps, owner, shown, ownPurposes[channel], call.now)
  return undefined
}

async function addressIn(body: z.infer<typeof byCodeAndAddress>, channel: Channel): Promise<Address> {
  const address = await addressOf(body)
  if (address.channel === channel) return address
  throw new Refusal(doorRefusals.fieldMissing, { values: [channel === 'sms' ? 'mobile' : 'email'] })
}
