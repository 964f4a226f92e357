import { z } from 'zod'
import type { Application } from '../applications/index.ts'
import { noBody, type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { findOwnMobile } from './find-own-mobile.ts'
import { signInRefusals } from './refusals.ts'
import type { UsableFactorsDeps } from './usable-factors.ts'

export const mobileByTokenEndpoint = sdkEndpoint({
  method: 'GET',
  path: '/api/v2/sdk/mobile-by-token',
  summary: {
    en: 'The mobile number that a code can go to which this sign-in waits for',
    zh: '查询本次登录可接收验证码的手机号',
  },
  credentials: { 'X-state-token': 'required' },
  body: noBody,
  /** In full, with the area code. */
  reply: z.object({ mobile: z.string() }),
  refusals: [signInRefusals.stateTokenRefused, signInRefusals.noOwnMobile],

  async handle(deps: UsableFactorsDeps, call: SdkCall<Application, undefined>) {
    return { mobile: await findOwnMobile(deps, call, call.stateToken) }
  },
})
