import type { Application } from '../applications/index.ts'
import { begunTotp, begunTotpOf, credentialRefusals } from '../credentials/index.ts'
import { noBody, type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { callerOf } from './caller.ts'
import { beginTotpInSignIn } from './enrol-in-sign-in.ts'
import { signInRefusals } from './refusals.ts'
import { factorPaths } from './steps.ts'
import type { UsableFactorsDeps } from './usable-factors.ts'

export const beginTotpInSignInEndpoint = sdkEndpoint({
  method: 'POST',
  path: factorPaths.enrol,
  summary: {
    en: 'Begin to set up an authenticator app in a sign-in that wants a second factor of somebody who has none',
    zh: '登录需要二次认证而用户尚无可用方式时，开始设置身份验证器',
  },
  credentials: { 'X-state-token': 'required' },
  body: noBody,
  reply: begunTotp,
  refusals: [signInRefusals.stateTokenRefused, credentialRefusals.factorAlreadyEnrolled],

  handle: async (deps: UsableFactorsDeps, call: SdkCall<Application, undefined>) =>
    begunTotpOf(await beginTotpInSignIn(deps, callerOf(call), call.stateToken)),
})
