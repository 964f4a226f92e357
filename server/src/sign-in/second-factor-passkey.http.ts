import { z } from 'zod'
import type { Application } from '../applications/index.ts'
import { assertionResponse, passkeyRefusals, requestOptions } from '../credentials/index.ts'
import { noBody, type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { callerOf } from './caller.ts'
import { signInRefusals } from './refusals.ts'
import { askForOwnPasskey, passByPasskey, type PasskeyFactorDeps } from './second-factor-passkey.ts'
import { secondFactorRefusals, secondFactorReply, trustField } from './second-factor-wire.ts'
import { signInReply, type SignInReplyDeps } from './sign-in-reply.ts'
import { factorPaths } from './steps.ts'

export const passkeyFactorOptionsEndpoint = sdkEndpoint({
  method: 'POST',
  path: `${factorPaths.passkey}/options`,
  summary: {
    en: 'Ask for a passkey of the user as the second factor; good once, for five minutes',
    zh: '获取以通行密钥进行二次认证的参数，五分钟内一次有效',
  },
  credentials: { 'X-state-token': 'required' },
  body: noBody,
  /** For `PublicKeyCredential.parseRequestOptionsFromJSON`. */
  reply: requestOptions,
  refusals: [signInRefusals.stateTokenRefused, passkeyRefusals.passkeysUnavailable],
  handle: (deps: PasskeyFactorDeps, call: SdkCall<Application, undefined>) =>
    askForOwnPasskey(deps, callerOf(call), call.stateToken),
})

const body = z.object({ response: assertionResponse, ...trustField })

export const passByPasskeyEndpoint = sdkEndpoint({
  method: 'POST',
  path: factorPaths.passkey,
  summary: { en: 'Pass the second factor by a passkey', zh: '用通行密钥完成二次认证' },
  credentials: { 'X-state-token': 'required' },
  /** `response` is what `toJSON()` of the credential gives. */
  body,
  reply: secondFactorReply,
  refusals: [...secondFactorRefusals, passkeyRefusals.passkeyRefused, passkeyRefusals.passkeysUnavailable],

  async handle(deps: PasskeyFactorDeps & SignInReplyDeps, call: SdkCall<Application, z.infer<typeof body>>) {
    const caller = callerOf(call)
    const { response, trust_device: trustsDevice = false } = call.body
    const result = await passByPasskey(deps, caller, call.stateToken, { response, trustsDevice })
    return signInReply(deps, caller, result)
  },
})
