import type { Channel } from '../users/index.ts'
import type { Kind } from '../human-check/index.ts'
import { type OpenVerification, purposeOf } from '../verifications/index.ts'

/** The statuses of a sign-in that waits for an address, to which an identity is then bound. */
export type BindingStatus = 'SOCIAL_BIND' | 'USER_REGISTER'

/** The statuses of a sign-in that waits for a further proof. */
export type PendingStatus = BindingStatus

export type Status = 'SUCCESS' | 'ACCESS_DENIED' | PendingStatus

/**
 * The statuses that each proof can lead to. The replies of the calls that take it are made from its row, so no
 * other one leaves the server.
 */
export const outcomes = {
  /** A source vouches for a person. */
  identity: ['SUCCESS', 'ACCESS_DENIED', 'SOCIAL_BIND', 'USER_REGISTER'],
  /** A code, or a source, shows whose an address is. */
  address: ['SUCCESS', 'ACCESS_DENIED'],
  /** The same in a sign-in that waits for it. */
  'address for an identity': ['SUCCESS', 'ACCESS_DENIED'],
} as const satisfies Readonly<Record<string, readonly Status[]>>

/** What somebody shows on his way in. */
export type Proof = keyof typeof outcomes

/** What an address is proved for, in a sign-in that waits for one. */
export type ProofKind = 'bind' | 'register'

/**
 * What each status allows next, in the order in which a client should offer it. A sign-in whose source only
 * binds can never register anybody.
 */
const allowedProofs = {
  SOCIAL_BIND: ['bind'],
  USER_REGISTER: ['register', 'bind'],
} as const satisfies Record<BindingStatus, readonly ProofKind[]>

export const proofPaths = {
  bind: '/api/v2/sdk/social/bind',
  register: '/api/v2/sdk/social/register-bind',
} as const satisfies Record<ProofKind, string>

export const phoneButtonPaths = {
  bind: '/api/v2/sdk/social/wechat-mobile-bind',
  register: '/api/v2/sdk/social/wechat-mobile-register-bind',
} as const satisfies Record<ProofKind, string>

const sendPaths = {
  sms: '/api/v2/sdk/sms/send',
  email: '/api/v2/sdk/email/send',
} as const satisfies Record<Channel, string>

const stepNames = { sms: 'VERIFY_PHONE', email: 'VERIFY_EMAIL' } as const satisfies Record<Channel, string>

/** One way on, as the client sees it in `next.steps`. */
export interface NextStep {
  /** `WECHAT_PHONE`: the button of the mini program that asks for the person's number. No code is sent. */
  readonly step: 'VERIFY_PHONE' | 'VERIFY_EMAIL' | 'WECHAT_PHONE'
  /** The call that takes the proof. */
  readonly path: string
  /** How the code is asked for, and in how many seconds it may be. */
  readonly send?: {
    readonly path: string
    readonly type: string
    readonly in_seconds: number
    /** Kinds of check of which one has to come with it; absent when none has to. */
    readonly human_check?: Kind[]
  }
  /** Guesses left at the code that was sent for this sign-in, if one is open. */
  readonly attempts_left?: number
}

export function mayProve(status: BindingStatus, proof: ProofKind): boolean {
  const allowed: readonly ProofKind[] = allowedProofs[status]
  return allowed.includes(proof)
}

/** `socialBindOrRegisterFlow` of the contract: the kinds of proof that this deployment can take. */
export function flowOf(channels: readonly Channel[]): string[] {
  return channels.map((channel) => stepNames[channel])
}

/**
 * The button first: one tap, and nothing to type.
 *
 * @param hasPhoneButton whether the connection that the person came by has the phone button
 * @param channels those that a gateway is configured for
 * @param codes the open codes of this sign-in
 * @param resendMs how long after one code the next may be asked for
 * @param checks kinds of check that the next send from there wants
 */
export function nextSteps(
  status: BindingStatus,
  hasPhoneButton: boolean,
  channels: readonly Channel[],
  codes: readonly OpenVerification[],
  resendMs: number,
  checks: readonly Kind[],
  now: number,
): NextStep[] {
  const byCode = (proof: ProofKind, channel: Channel): NextStep => {
    const type = purposeOf(proof, channel)
    const code = codes.find((candidate) => candidate.purpose === type)
    const waitMs = code === undefined ? 0 : Math.max(0, code.sentAt + resendMs - now)
    return {
      step: stepNames[channel],
      path: proofPaths[proof],
      send: {
        path: sendPaths[channel],
        type,
        in_seconds: Math.ceil(waitMs / 1000),
        ...(checks.length > 0 && { human_check: [...checks] }),
      },
      ...(code !== undefined && { attempts_left: code.attemptsLeft }),
    }
  }
  const byButton = (proof: ProofKind): NextStep => ({ step: 'WECHAT_PHONE', path: phoneButtonPaths[proof] })
  return allowedProofs[status].flatMap((proof) => [
    ...(hasPhoneButton ? [byButton(proof)] : []),
    ...channels.map((channel) => byCode(proof, channel)),
  ])
}
