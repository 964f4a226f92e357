import { z } from 'zod'
import type { Application } from '../applications/index.ts'
import { textField } from '../platform/http/fields.ts'
import { noReply, type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { findSessionByIdToken, type FindSessionDeps, sessionRefusals } from '../sessions/index.ts'
import { selfServiceRefusals } from './refusals.ts'
import { unbind, type UnbindDeps, type UnbindRequest } from './unbind.ts'
import { socialTypes, socialUidOf } from './wire.ts'

const refusals = [
  sessionRefusals.idTokenRefused,
  selfServiceRefusals.notLinked,
  selfServiceRefusals.lastWayIn,
]

export const unbindAccountEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/sdk/social/unbind-account',
  summary: {
    en: 'Unbind one linked social account of the signed-in user; sessions that it opened end',
    zh: '解绑当前用户的一个第三方账号，由该账号建立的会话随之结束',
  },
  credentials: { Authorization: 'required' },
  /** `id` of the link, as the list has it. */
  body: z.object({ id: textField }),
  reply: noReply,
  refusals,
  handle: (deps: FindSessionDeps & UnbindDeps, call: SdkCall<Application, { id: string }>) =>
    unbindOwn(deps, call, (identity) => identity.id === call.body.id),
})

export const unbindEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/sdk/social/unbind',
  summary: {
    en: 'Unbind a social account of the signed-in user, at every mini program that knows it by this id',
    zh: '按第三方账号标识解绑当前用户的账号，包括以该标识绑定的所有小程序',
  },
  credentials: { Authorization: 'required' },
  /** `social_uid` is `socialUid` of the list, or `socialChannelId`; the first may name several links. */
  body: z.object({ social_uid: textField, social_type: textField }),
  reply: noReply,
  refusals,
  handle(
    deps: FindSessionDeps & UnbindDeps,
    call: SdkCall<Application, { social_uid: string; social_type: string }>,
  ) {
    const { social_uid: uid, social_type: type } = call.body
    return unbindOwn(
      deps,
      call,
      (identity) =>
        socialTypes[identity.kind] === type && [socialUidOf(identity), identity.subject].includes(uid),
    )
  },
})

async function unbindOwn(
  deps: FindSessionDeps & UnbindDeps,
  call: SdkCall<Application, unknown>,
  isMeant: UnbindRequest['isMeant'],
): Promise<undefined> {
  const { session, user } = await findSessionByIdToken(deps, call.bearer, call.application, call.now)
  const by = {
    clientId: call.application.clientId,
    signInId: session.signInId,
    sessionId: session.id,
    ip: call.ip,
  }
  const told = { application: call.application, language: call.language }
  await unbind(deps, { userId: user.id, isMeant, by, told }, call.now)
  return undefined
}
