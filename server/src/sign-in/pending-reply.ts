import type { z } from 'zod'
import type { Db } from '../platform/db/index.ts'
import type { Channel } from '../users/index.ts'
import { listCodesOfSignIn } from '../verifications/index.ts'
import type { OpenedSignIn } from './open-sign-in.ts'
import { flowOf, nextSteps } from './steps.ts'
import type { pending } from './wire.ts'

export interface PendingReplyDeps {
  readonly db: Db
  /** The channels that a gateway is configured for, in the order in which they are offered. */
  readonly channels: readonly Channel[]
  /** How long after one code the next may be asked for. */
  readonly resendMs: number
}

/** Tells a client how its sign-in stands and what it can do next. */
export async function pendingReply(
  deps: PendingReplyDeps,
  { signIn, stateToken }: OpenedSignIn,
  now: number,
): Promise<z.infer<typeof pending>> {
  const codes = await listCodesOfSignIn(deps.db, signIn.id, now)
  return {
    state_token: stateToken,
    data: JSON.stringify({ socialBindOrRegisterFlow: flowOf(deps.channels) }),
    status: signIn.status,
    next: {
      sign_in_id: signIn.id,
      expires_in: Math.floor((signIn.expiresAt - now) / 1000),
      steps: nextSteps(signIn.status, deps.channels, codes, deps.resendMs, now),
    },
  }
}
