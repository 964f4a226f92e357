import { z } from 'zod'
import type { Application } from '../applications/index.ts'
import { noBody, type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type FindSessionDeps, sessionRefusals } from '../sessions/index.ts'
import { closeAccount } from './close-account.ts'
import { ownerOf, requireFreshSession } from './owner.ts'
import { selfServiceRefusals } from './refusals.ts'

export const closeAccountEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/ligature/account/close',
  summary: {
    en: 'Close the account of the signed-in user, who has signed in within the last ten minutes; it is deleted after some days',
    zh: '注销当前用户的账号（须在十分钟内登录过），冷静期满后删除',
  },
  credentials: { Authorization: 'required' },
  body: noBody,
  reply: z.object({
    /** When it is deleted: seconds since the Unix epoch. Until then it can be opened again. */
    closes_at: z.number(),
  }),
  refusals: [sessionRefusals.idTokenRefused, selfServiceRefusals.signInAgain],

  async handle(deps: FindSessionDeps & { readonly vault: Vault }, call: SdkCall<Application, undefined>) {
    const owner = await ownerOf(deps, call)
    requireFreshSession(owner, call.now)
    return { closes_at: Math.floor((await closeAccount(deps, owner, call.now)) / 1000) }
  },
})
