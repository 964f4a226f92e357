import { z } from 'zod'
import { type Application, listApplications } from '../applications/index.ts'
import { textField } from '../platform/http/fields.ts'
import { noBody, noReply, type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import {
  findSessionByIdToken,
  type FindSessionDeps,
  listSessionsOf,
  sessionRefusals,
} from '../sessions/index.ts'
import { endOtherSessions, endOwnSession } from './end-sessions.ts'
import { ownerOf } from './owner.ts'
import { selfServiceRefusals } from './refusals.ts'
import { ownSession, ownSessionOf } from './wire.ts'

export const sessionsEndpoint = sdkEndpoint({
  method: 'GET',
  path: '/api/v2/ligature/sessions',
  summary: {
    en: 'List the sessions of the signed-in user, at every application, the oldest first',
    zh: '查询当前用户在所有应用中的会话，最早的在前',
  },
  credentials: { Authorization: 'required' },
  body: noBody,
  reply: z.object({ sessions: z.array(ownSession) }),
  refusals: [sessionRefusals.idTokenRefused],

  async handle(deps: FindSessionDeps, call: SdkCall<Application, undefined>) {
    const { session, user } = await findSessionByIdToken(deps, call.bearer, call.application, call.now)
    const applications = await listApplications(deps.db)
    const names = new Map(applications.map(({ clientId, name }) => [clientId, name[call.language]]))
    const sessions = await listSessionsOf(deps.db, user.id, call.now)
    return { sessions: sessions.map((each) => ownSessionOf(each, names, session.id)) }
  },
})

export const endSessionEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/ligature/sessions/end',
  summary: {
    en: 'End one session of the signed-in user, at whichever application it is',
    zh: '结束当前用户的一个会话，不限应用',
  },
  credentials: { Authorization: 'required' },
  /** `id`, as the list has it. */
  body: z.object({ id: textField }),
  reply: noReply,
  refusals: [sessionRefusals.idTokenRefused, selfServiceRefusals.noSuchSession],

  async handle(deps: FindSessionDeps, call: SdkCall<Application, { id: string }>) {
    await endOwnSession(deps.db, await ownerOf(deps, call), call.body.id, call.now)
    return undefined
  },
})

export const endOtherSessionsEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/ligature/sessions/end-others',
  summary: {
    en: 'End every session of the signed-in user but this one',
    zh: '结束当前用户除本会话外的所有会话',
  },
  credentials: { Authorization: 'required' },
  body: noBody,
  /** How many there were. */
  reply: z.object({ ended: z.number() }),
  refusals: [sessionRefusals.idTokenRefused],

  async handle(deps: FindSessionDeps, call: SdkCall<Application, undefined>) {
    return { ended: await endOtherSessions(deps.db, await ownerOf(deps, call), call.now) }
  },
})
