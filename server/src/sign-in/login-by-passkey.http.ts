import { z } from 'zod'
import type { Application } from '../applications/index.ts'
import {
  type AssertionResponse,
  assertionResponse,
  passkeyRefusals,
  requestOptions,
} from '../credentials/index.ts'
import { humanCheckRefusals } from '../human-check/index.ts'
import { noBody, type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { callerOf } from './caller.ts'
import { askForPasskey, loginByPasskey, type PasskeyLoginDeps } from './login-by-passkey.ts'
import { signInReply, type SignInReplyDeps } from './sign-in-reply.ts'
import { replyTo } from './wire.ts'

export const passkeyLoginOptionsEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/sdk/login/passkey/options',
  summary: {
    en: 'Ask for a passkey to sign in with, any that the device has; good once, for five minutes',
    zh: '获取通行密钥登录的参数，五分钟内一次有效',
  },
  body: noBody,
  /** For `PublicKeyCredential.parseRequestOptionsFromJSON`. */
  reply: requestOptions,
  refusals: [passkeyRefusals.passkeysUnavailable, humanCheckRefusals.tooManyChecks],
  handle: (deps: PasskeyLoginDeps, call: SdkCall<Application, undefined>) =>
    askForPasskey(deps, callerOf(call)),
})

export const loginByPasskeyEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/sdk/login/passkey',
  summary: { en: 'Sign in with a passkey', zh: '用通行密钥登录' },
  /** What `toJSON()` of the credential gives. */
  body: z.object({ response: assertionResponse }),
  reply: replyTo('passkey'),
  refusals: [passkeyRefusals.passkeyRefused, passkeyRefusals.passkeysUnavailable],

  async handle(
    deps: PasskeyLoginDeps & SignInReplyDeps,
    call: SdkCall<Application, { response: AssertionResponse }>,
  ) {
    const caller = callerOf(call)
    return signInReply(deps, caller, await loginByPasskey(deps, caller, call.body.response))
  },
})
