import type { z } from 'zod'
import { findSwitchedOnConnection } from '../connections/index.ts'
import { type HumanCheckRulesDeps, listWantedKinds } from '../human-check/index.ts'
import { channelsOf, type Gateways } from '../messages/index.ts'
import type { Db } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { listCodesOfSignIn, readResendMs, type SendRulesDeps } from '../verifications/index.ts'
import type { OpenedSignIn } from './open-sign-in.ts'
import { flowOf, nextSteps } from './steps.ts'
import type { pending } from './wire.ts'

export interface PendingReplyDeps extends SendRulesDeps, HumanCheckRulesDeps {
  readonly db: Db
  readonly vault: Vault
  /** What they can send by is offered, in their order. */
  readonly gateways: Gateways
}

/**
 * Tells a client how its sign-in stands and what it can do next.
 *
 * @param ip of the caller, from where the next code will be asked for
 */
export async function pendingReply(
  deps: PendingReplyDeps,
  { signIn, stateToken }: OpenedSignIn,
  ip: string,
  now: number,
): Promise<z.infer<typeof pending>> {
  const connection = await findSwitchedOnConnection(deps.db, signIn.clientId, signIn.identity.connectionId)
  const hasPhoneButton = connection?.hasPhoneButton === true
  const channels = await channelsOf(deps.gateways)
  const resendMs = await readResendMs(deps)
  const checks = await listWantedKinds(deps, ip, now)
  const codes = await listCodesOfSignIn(deps.db, signIn.id, now)
  return {
    state_token: stateToken,
    data: JSON.stringify({ socialBindOrRegisterFlow: flowOf(channels) }),
    status: signIn.status,
    next: {
      sign_in_id: signIn.id,
      expires_in: Math.floor((signIn.expiresAt - now) / 1000),
      steps: nextSteps(signIn.status, hasPhoneButton, channels, codes, resendMs, checks, now),
    },
  }
}
