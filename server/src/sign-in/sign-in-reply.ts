import type { z } from 'zod'
import { type IdTokenDeps, issueSessionIdToken } from '../sessions/index.ts'
import type { Caller } from './caller.ts'
import type { SignInResult } from './conclude.ts'
import { pendingReply, type PendingReplyDeps } from './pending-reply.ts'
import type { replyTo } from './wire.ts'

export type SignInReplyDeps = IdTokenDeps & PendingReplyDeps

/** What a proof came to, in the names of the wire, with an id_token for whoever is in. */
export async function signInReply(
  deps: SignInReplyDeps,
  caller: Caller,
  result: SignInResult,
): Promise<z.infer<ReturnType<typeof replyTo>>> {
  if ('signIn' in result) {
    return { ...(await pendingReply(deps, result, caller.ip, caller.now)), ...recoveryCodesOf(result) }
  }
  if (result.status === 'ACCESS_DENIED') return { status: 'ACCESS_DENIED' }
  const { profile, session, deviceTrust } = result
  return {
    session_token: session.sessionToken,
    expire: session.expiresInSeconds,
    status: 'SUCCESS',
    id_token: await issueSessionIdToken(
      deps,
      { sessionId: session.sessionId, application: caller.application, profile },
      caller.now,
    ),
    ...(deviceTrust !== undefined && {
      device_token: deviceTrust.deviceToken,
      device_token_expire: deviceTrust.expiresInSeconds,
    }),
    ...recoveryCodesOf(result),
  }
}

function recoveryCodesOf({ recoveryCodes }: { readonly recoveryCodes?: readonly string[] | undefined }) {
  return recoveryCodes === undefined ? {} : { recovery_codes: [...recoveryCodes] }
}
