import type { Application } from '../applications/index.ts'
import { noBody, type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { findOpenSignIn, type FindSignInDeps } from './find-open-sign-in.ts'
import { pendingReply, type PendingReplyDeps } from './pending-reply.ts'
import { signInRefusals } from './refusals.ts'
import { pending } from './wire.ts'

export const signInEndpoint = sdkEndpoint({
  method: 'GET',
  path: '/api/v2/ligature/sign-in',
  summary: {
    en: 'How an open sign-in stands now and what can come next',
    zh: '查询进行中的登录及其下一步',
  },
  credentials: { 'X-state-token': 'required' },
  body: noBody,
  reply: pending,
  refusals: [signInRefusals.stateTokenRefused],

  async handle(deps: FindSignInDeps & PendingReplyDeps, call: SdkCall<Application, undefined>) {
    const { stateToken, application, ip, now } = call
    const signIn = await findOpenSignIn(deps, stateToken, application.clientId, now)
    return pendingReply(deps, { signIn, stateToken: stateToken ?? '' }, ip, now)
  },
})
