import type { Application } from '../applications/index.ts'
import { noBody, noReply, type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { endSession } from './end-session.ts'
import { type FindSessionDeps, findSessionByIdToken, findSessionByToken } from './find-session.ts'
import { sessionRefusals } from './refusals.ts'

export const logoutEndpoint = sdkEndpoint({
  method: 'GET',
  path: '/api/v2/sdk/logout',
  summary: {
    en: 'End the session of this id_token or session token',
    zh: '退出登录，结束该会话',
  },
  credentials: { Authorization: 'optional', 'session-token': 'optional' },
  body: noBody,
  reply: noReply,
  refusals: [sessionRefusals.idTokenRefused, sessionRefusals.sessionTokenRefused],

  async handle(deps: FindSessionDeps, call: SdkCall<Application, undefined>) {
    const { application, now } = call
    const found =
      call.sessionToken === undefined
        ? await findSessionByIdToken(deps, call.bearer, application, now)
        : await findSessionByToken(deps, call.sessionToken, application, now)
    await endSession(deps.db, found, { clientId: application.clientId, ip: call.ip }, now)
    return undefined
  },
})
