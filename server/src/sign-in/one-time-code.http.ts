import { z } from 'zod'
import type { Application } from '../applications/index.ts'
import { credentialRefusals } from '../credentials/index.ts'
import { textField } from '../platform/http/fields.ts'
import { type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { callerOf } from './caller.ts'
import { passByRecoveryCode, passByTotp } from './one-time-code.ts'
import { secondFactorRefusals, secondFactorReply, trustField } from './second-factor-wire.ts'
import { signInReply, type SignInReplyDeps } from './sign-in-reply.ts'
import { factorPaths } from './steps.ts'

const body = z.object({ code: textField, ...trustField })
type CodeCall = SdkCall<Application, z.infer<typeof body>>

export const passByTotpEndpoint = sdkEndpoint({
  method: 'POST',
  path: factorPaths.totp,
  summary: {
    en: 'Pass the second factor by a code of an authenticator app; one that was set up in this sign-in is enrolled',
    zh: '用身份验证器的动态码完成二次认证；登录中新设置的身份验证器随之启用',
  },
  credentials: { 'X-state-token': 'required' },
  body,
  reply: secondFactorReply,
  refusals: [
    ...secondFactorRefusals,
    credentialRefusals.factorCodeIncorrect,
    credentialRefusals.factorLocked,
    credentialRefusals.enrolmentExpired,
  ],
  handle: (deps: SignInReplyDeps, call: CodeCall) => pass(deps, call, passByTotp),
})

export const passByRecoveryCodeEndpoint = sdkEndpoint({
  method: 'POST',
  path: factorPaths['recovery code'],
  summary: {
    en: 'Pass the second factor by a recovery code, which is good once',
    zh: '用恢复码完成二次认证，每个恢复码只能使用一次',
  },
  credentials: { 'X-state-token': 'required' },
  body,
  reply: secondFactorReply,
  refusals: [
    ...secondFactorRefusals,
    credentialRefusals.factorCodeIncorrect,
    credentialRefusals.factorLocked,
  ],
  handle: (deps: SignInReplyDeps, call: CodeCall) => pass(deps, call, passByRecoveryCode),
})

async function pass(deps: SignInReplyDeps, call: CodeCall, by: typeof passByTotp) {
  const caller = callerOf(call)
  const { code, trust_device: trustsDevice = false } = call.body
  return signInReply(deps, caller, await by(deps, caller, call.stateToken, { code, trustsDevice }))
}
