import { z } from 'zod'
import type { Application } from '../applications/index.ts'
import { phoneButtonRefusals } from '../connections/index.ts'
import { textField } from '../platform/http/fields.ts'
import { doorRefusals } from '../platform/http/refusals.ts'
import { type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { Refusal } from '../platform/refusal.ts'
import { userRefusals } from '../users/index.ts'
import { bindByPhoneButton, type PhoneButtonDeps } from './bind-by-phone-button.ts'
import { callerOf } from './caller.ts'
import { signInRefusals } from './refusals.ts'
import { phoneButtonPaths, type ProofKind } from './steps.ts'
import { signInReply, type SignInReplyDeps } from './sign-in-reply.ts'
import { replyTo } from './wire.ts'

/** `{ wechat_code }`. The contract spells it `wchat_code` in one place, and clients were written after that. */
const byWeChatCode = z.object({
  wechat_code: textField.optional(),
  wchat_code: textField.optional(),
})

const sharedRefusals = [
  signInRefusals.stateTokenRefused,
  signInRefusals.sourceNotSwitchedOn,
  signInRefusals.secondIdentity,
  signInRefusals.twoUsers,
  ...phoneButtonRefusals,
  userRefusals.mobileMalformed,
]

export const weChatMobileBindEndpoint = sdkEndpoint({
  method: 'POST',
  path: phoneButtonPaths.bind,
  summary: {
    en: 'Bind a social identity to the user of the mobile that WeChat’s phone button gave',
    zh: '把第三方身份绑定到微信手机号一键授权所得手机号的用户',
  },
  credentials: { 'X-state-token': 'required' },
  body: byWeChatCode,
  reply: replyTo('address for an identity'),
  refusals: [...sharedRefusals, signInRefusals.noSuchUser],
  handle: (deps: PhoneButtonDeps & SignInReplyDeps, call: PhoneBindCall) => proveAndEnter(deps, call, 'bind'),
})

export const weChatMobileRegisterBindEndpoint = sdkEndpoint({
  method: 'POST',
  path: phoneButtonPaths.register,
  summary: {
    en: 'Bind a social identity to the user of that mobile, who is registered if there is none',
    zh: '把第三方身份绑定到该手机号的用户；没有则注册一个',
  },
  credentials: { 'X-state-token': 'required' },
  body: byWeChatCode,
  reply: replyTo('address for an identity'),
  refusals: sharedRefusals,
  handle: (deps: PhoneButtonDeps & SignInReplyDeps, call: PhoneBindCall) =>
    proveAndEnter(deps, call, 'register'),
})

type PhoneBindCall = SdkCall<Application, z.infer<typeof byWeChatCode>>

async function proveAndEnter(deps: PhoneButtonDeps & SignInReplyDeps, call: PhoneBindCall, proof: ProofKind) {
  const caller = callerOf(call)
  const phoneCode = phoneCodeOf(call.body)
  const result = await bindByPhoneButton(deps, { caller, stateToken: call.stateToken, proof, phoneCode })
  return signInReply(deps, caller, result)
}

function phoneCodeOf({ wechat_code: right, wchat_code: alias }: z.infer<typeof byWeChatCode>): string {
  const phoneCode = right ?? alias
  if (phoneCode === undefined) throw new Refusal(doorRefusals.fieldMissing, { values: ['wechat_code'] })
  // Two different codes: whichever was taken, it could be the wrong one.
  if (alias !== undefined && alias !== phoneCode) {
    throw new Refusal(doorRefusals.fieldMalformed, { values: ['wechat_code'] })
  }
  return phoneCode
}
