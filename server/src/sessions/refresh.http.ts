import { z } from 'zod'
import type { Application } from '../applications/index.ts'
import { noBody, type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { sessionRefusals } from './refusals.ts'
import { type RefreshDeps, refreshSession } from './refresh.ts'

export const refreshEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/sdk/sso/session-token/id-token',
  summary: {
    en: 'Get a new id_token for a session, and its next session token where sessions are renewed',
    zh: '用 session_token 换取新的 id_token；开启续期时同时得到新的 session_token',
  },
  credentials: { 'session-token': 'required' },
  body: noBody,
  reply: z.object({ session_token: z.string(), expire: z.number(), id_token: z.string() }),
  refusals: [sessionRefusals.sessionTokenRefused],

  async handle(deps: RefreshDeps, call: SdkCall<Application, undefined>) {
    const refreshed = await refreshSession(deps, call.application, call.sessionToken, call.now)
    return {
      session_token: refreshed.sessionToken,
      expire: refreshed.expiresInSeconds,
      id_token: refreshed.idToken,
    }
  },
})
