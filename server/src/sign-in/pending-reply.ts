import type { z } from 'zod'
import { findSwitchedOnConnection } from '../connections/index.ts'
import { type HumanCheckRulesDeps, type Kind, listWantedKinds } from '../human-check/index.ts'
import { describePasswordPolicy, passwordPolicy } from '../credentials/index.ts'
import { channelsOf, type Gateways } from '../messages/index.ts'
import type { Db } from '../platform/db/index.ts'
import { readPolicy } from '../platform/policy/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type Channel, listVerifiedAddressesOf, maskAddress } from '../users/index.ts'
import {
  listCodesOfSignIn,
  type OpenVerification,
  readResendMs,
  type SendRulesDeps,
} from '../verifications/index.ts'
import type { OpenedSignIn } from './open-sign-in.ts'
import type { BindingSignIn, PasswordSignIn } from './sign-in.store.ts'
import { flowOf, nextPasswordSteps, nextSteps, type NextStep } from './steps.ts'
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
  const channels = await channelsOf(deps.gateways)
  const resendMs = await readResendMs(deps)
  const checks = await listWantedKinds(deps, ip, now)
  const codes = await listCodesOfSignIn(deps.db, signIn.id, now)
  const { data, steps } =
    'identity' in signIn
      ? await waysToBind(deps.db, signIn, channels, codes, resendMs, checks, now)
      : await waysToChange(deps, signIn, channels, codes, resendMs, checks, now)
  return {
    state_token: stateToken,
    data,
    status: signIn.status,
    next: {
      sign_in_id: signIn.id,
      expires_in: Math.floor((signIn.expiresAt - now) / 1000),
      steps,
    },
  }
}

/** What there is to do, and the `data` of the contract that says some of it. */
interface Ways {
  readonly data: string
  readonly steps: NextStep[]
}

async function waysToBind(
  db: Db,
  signIn: BindingSignIn,
  channels: readonly Channel[],
  codes: readonly OpenVerification[],
  resendMs: number,
  checks: readonly Kind[],
  now: number,
): Promise<Ways> {
  const connection = await findSwitchedOnConnection(db, signIn.clientId, signIn.identity.connectionId)
  const hasPhoneButton = connection?.hasPhoneButton === true
  return {
    data: JSON.stringify({ socialBindOrRegisterFlow: flowOf(channels) }),
    steps: nextSteps(signIn.status, hasPhoneButton, channels, codes, resendMs, checks, now),
  }
}

async function waysToChange(
  { db, vault }: PendingReplyDeps,
  signIn: PasswordSignIn,
  channels: readonly Channel[],
  codes: readonly OpenVerification[],
  resendMs: number,
  checks: readonly Kind[],
  now: number,
): Promise<Ways> {
  const own = (await listVerifiedAddressesOf(db, vault, signIn.userId))
    .filter(({ channel }) => channels.includes(channel))
    .map((address) => ({ channel: address.channel, masked: maskAddress(address) }))
  return {
    data: describePasswordPolicy(await readPolicy(db, passwordPolicy)),
    steps: nextPasswordSteps(signIn.status, own, codes, resendMs, checks, now),
  }
}
