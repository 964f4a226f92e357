import type { z } from 'zod'
import type { Application } from '../applications/index.ts'
import { type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { userRefusals } from '../users/index.ts'
import { addressOf, byAddress, verificationRefusals } from '../verifications/index.ts'
import { bind } from './bind.ts'
import { callerOf } from './caller.ts'
import { signInRefusals } from './refusals.ts'
import { signInReply, type SignInReplyDeps } from './sign-in-reply.ts'
import { type ProofKind, proofPaths } from './steps.ts'
import { replyTo } from './wire.ts'

const sharedRefusals = [
  signInRefusals.stateTokenRefused,
  signInRefusals.secondIdentity,
  signInRefusals.twoUsers,
  verificationRefusals.codeIncorrect,
  verificationRefusals.addressChoice,
  userRefusals.mobileMalformed,
  userRefusals.emailMalformed,
]

export const bindEndpoint = sdkEndpoint({
  method: 'POST',
  path: proofPaths.bind,
  summary: {
    en: 'Bind a social identity to the user who verified this mobile or email',
    zh: '把第三方身份绑定到已验证该手机号或邮箱的用户',
  },
  credentials: { 'X-state-token': 'required' },
  body: byAddress,
  reply: replyTo('address for an identity'),
  refusals: [...sharedRefusals, signInRefusals.noSuchUser],
  handle: (deps: SignInReplyDeps, call: BindCall) => proveAndEnter(deps, call, 'bind'),
})

export const registerBindEndpoint = sdkEndpoint({
  method: 'POST',
  path: proofPaths.register,
  summary: {
    en: 'Bind a social identity to the user of this mobile or email, who is registered if there is none',
    zh: '把第三方身份绑定到该手机号或邮箱的用户；没有则注册一个',
  },
  credentials: { 'X-state-token': 'required' },
  body: byAddress,
  reply: replyTo('address for an identity'),
  refusals: sharedRefusals,
  handle: (deps: SignInReplyDeps, call: BindCall) => proveAndEnter(deps, call, 'register'),
})

type BindCall = SdkCall<Application, z.infer<typeof byAddress>>

async function proveAndEnter(deps: SignInReplyDeps, call: BindCall, proof: ProofKind) {
  const caller = callerOf(call)
  const result = await bind(deps, {
    caller,
    stateToken: call.stateToken,
    proof,
    address: await addressOf(call.body),
    verifyCode: call.body.verify_code,
  })
  return signInReply(deps, caller, result)
}
