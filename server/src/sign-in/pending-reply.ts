import type { z } from 'zod'
import { findSwitchedOnConnection } from '../connections/index.ts'
import { type HumanCheckRulesDeps, listWantedKinds } from '../human-check/index.ts'
import { describePasswordPolicy, passwordPolicy } from '../credentials/index.ts'
import { channelsOf } from '../messages/index.ts'
import { readPolicy } from '../platform/policy/index.ts'
import { type Address, listVerifiedAddressesOf, maskAddress } from '../users/index.ts'
import { listCodesOfSignIn, readResendMs, type SendRulesDeps } from '../verifications/index.ts'
import {
  flowOf,
  nextBindingSteps,
  nextFactorSteps,
  nextPasswordSteps,
  type NextStep,
  type OwnAddress,
  type Sending,
} from './next-steps.ts'
import type { OpenedSignIn } from './open-sign-in.ts'
import type { BindingSignIn, OpenSignIn, PasswordSignIn, SecondFactorSignIn } from './sign-in.store.ts'
import { usableFactorsOf, type UsableFactorsDeps } from './usable-factors.ts'
import type { pending } from './wire.ts'

/** What its gateways can send by is offered, in their order. */
export type PendingReplyDeps = SendRulesDeps & HumanCheckRulesDeps & UsableFactorsDeps

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
  const { data, steps } = await waysOn(deps, signIn, {
    resendMs: await readResendMs(deps),
    checks: await listWantedKinds(deps, ip, now),
    codes: await listCodesOfSignIn(deps.db, signIn.id, now),
    now,
  })
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

async function waysOn(deps: PendingReplyDeps, signIn: OpenSignIn, sending: Sending): Promise<Ways> {
  switch (signIn.status) {
    case 'SOCIAL_BIND':
    case 'USER_REGISTER':
      return waysToBind(deps, signIn, sending)
    case 'PASSWORD_WARN':
    case 'PASSWORD_EXPIRED':
      return waysToChange(deps, signIn, sending)
    case 'MFA_AUTH':
      return waysToPass(deps, signIn, sending)
  }
}

async function waysToBind(
  { db, gateways }: PendingReplyDeps,
  signIn: BindingSignIn,
  sending: Sending,
): Promise<Ways> {
  const channels = await channelsOf(gateways)
  const connection = await findSwitchedOnConnection(db, signIn.clientId, signIn.identity.connectionId)
  const hasPhoneButton = connection?.hasPhoneButton === true
  return {
    data: JSON.stringify({ socialBindOrRegisterFlow: flowOf(channels) }),
    steps: nextBindingSteps(signIn.status, hasPhoneButton, channels, sending),
  }
}

async function waysToChange(
  { db, vault, gateways }: PendingReplyDeps,
  signIn: PasswordSignIn,
  sending: Sending,
): Promise<Ways> {
  const channels = await channelsOf(gateways)
  const own = await listVerifiedAddressesOf(db, vault, signIn.userId)
  const reachable = own.filter(({ channel }) => channels.includes(channel))
  return {
    data: describePasswordPolicy(await readPolicy(db, passwordPolicy)),
    steps: nextPasswordSteps(signIn.status, reachable.map(masked), sending),
  }
}

async function waysToPass(
  deps: PendingReplyDeps,
  signIn: SecondFactorSignIn,
  sending: Sending,
): Promise<Ways> {
  const usable = await usableFactorsOf(deps, signIn)
  const steps = nextFactorSteps(usable.steps, usable.addresses.map(masked), sending)
  return { data: JSON.stringify({ mfaAuthFlow: steps.map(({ step }) => step) }), steps }
}

function masked(address: Address): OwnAddress {
  return { channel: address.channel, masked: maskAddress(address) }
}
