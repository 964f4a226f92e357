import { z } from 'zod'
import type { Application } from '../applications/index.ts'
import { listIdentitiesOf } from '../connections/index.ts'
import { noBody, type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { findSessionByIdToken, type FindSessionDeps, sessionRefusals } from '../sessions/index.ts'
import { linkedAccount, linkedAccountOf } from './wire.ts'

export const linkedAccountsEndpoint = sdkEndpoint({
  method: 'GET',
  path: '/api/v2/sdk/social',
  summary: {
    en: 'List the social accounts that are linked to the signed-in user',
    zh: '查询当前用户已绑定的第三方账号',
  },
  credentials: { Authorization: 'required' },
  body: noBody,
  reply: z.object({ social: z.array(linkedAccount) }),
  refusals: [sessionRefusals.idTokenRefused],

  async handle(deps: FindSessionDeps, call: SdkCall<Application, undefined>) {
    const { user } = await findSessionByIdToken(deps, call.bearer, call.application, call.now)
    return { social: (await listIdentitiesOf(deps.db, user.id)).map(linkedAccountOf) }
  },
})
