import type { z } from 'zod'
import type { Application } from '../applications/index.ts'
import { noBody, noReply, type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { type FindSessionDeps, sessionRefusals } from '../sessions/index.ts'
import { givenAttributes, userRefusals } from '../users/index.ts'
import { ownerOf } from './owner.ts'
import { loadOwnProfile, ownProfile } from './own-profile.ts'
import { updateProfile, type UpdateProfileDeps } from './update-profile.ts'

export const profileEndpoint = sdkEndpoint({
  method: 'GET',
  path: '/api/v2/sdk/profile',
  summary: {
    en: 'What is known of the signed-in user; what he has not told is empty',
    zh: '查询当前用户的个人信息，未填写的为空',
  },
  credentials: { Authorization: 'required' },
  body: noBody,
  reply: ownProfile,
  refusals: [sessionRefusals.idTokenRefused],

  async handle(deps: FindSessionDeps & UpdateProfileDeps, call: SdkCall<Application, undefined>) {
    return loadOwnProfile(deps, (await ownerOf(deps, call)).user)
  },
})

export const updateProfileEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/sdk/profile/update',
  summary: {
    en: 'Change what the signed-in user says of himself; a field that is not there stays, an empty one is emptied',
    zh: '修改当前用户的个人信息，未传的字段不变，传空则清空',
  },
  credentials: { Authorization: 'required' },
  /** Password, mobile and email have calls of their own. */
  body: givenAttributes,
  reply: noReply,
  refusals: [
    sessionRefusals.idTokenRefused,
    userRefusals.attributeRequired,
    userRefusals.attributeMalformed,
    userRefusals.attributeNotYours,
    userRefusals.userNameTaken,
    userRefusals.tooManyUserNames,
  ],

  async handle(
    deps: FindSessionDeps & UpdateProfileDeps,
    call: SdkCall<Application, z.infer<typeof givenAttributes>>,
  ) {
    await updateProfile(deps, await ownerOf(deps, call), call.body, call.now)
    return undefined
  },
})
