import { z } from 'zod'
import type { Application } from '../applications/index.ts'
import { wxLoginRefusals } from '../connections/index.ts'
import { hasSecondFactor } from '../credentials/index.ts'
import { textField } from '../platform/http/fields.ts'
import { type SdkCall, sdkEndpoint } from '../platform/http/sdk-endpoint.ts'
import { type FindSessionDeps, sessionRefusals } from '../sessions/index.ts'
import { signInRefusals } from '../sign-in/index.ts'
import { bindOwn, type BindOwnDeps } from './bind-own.ts'
import { ownerOf, requireProvenOwner } from './owner.ts'
import { selfServiceRefusals } from './refusals.ts'
import { linkedAccount, linkedAccountOf } from './wire.ts'

const body = z.object({ type: textField, code: textField })

export const bindOwnEndpoint = sdkEndpoint({
  method: 'POST',
  path: '/api/v2/ligature/social/bind',
  summary: {
    en: 'Bind a further social account to the signed-in user, who has signed in within the last ten minutes, with his second factor if he has one',
    zh: '把第三方账号绑定到当前用户（须在十分钟内登录过，已有二次认证的须经其登录）',
  },
  credentials: { Authorization: 'required' },
  /** `type` as the list of linked accounts has it, such as `weixin`; `code` from the source, such as that of `wx.login`. */
  body,
  /** The link, as the list has it. */
  reply: linkedAccount,
  refusals: [
    sessionRefusals.idTokenRefused,
    selfServiceRefusals.signInAgain,
    selfServiceRefusals.signInWithSecondFactor,
    signInRefusals.sourceNotSwitchedOn,
    signInRefusals.secondIdentity,
    signInRefusals.twoUsers,
    ...wxLoginRefusals,
  ],

  async handle(deps: FindSessionDeps & BindOwnDeps, call: SdkCall<Application, z.infer<typeof body>>) {
    const owner = await ownerOf(deps, call)
    requireProvenOwner(owner, await hasSecondFactor(deps.db, owner.user.id), call.now)
    return linkedAccountOf(await bindOwn(deps, owner, call.body, call.now))
  },
})
