import type { Channel } from '../users/index.ts'
import type { Kind } from '../human-check/index.ts'
import { type OpenVerification, type Purpose, purposeOf } from '../verifications/index.ts'

/** The statuses of a sign-in that waits for an address, to which an identity is then bound. */
export type BindingStatus = 'SOCIAL_BIND' | 'USER_REGISTER'

/** The statuses of a sign-in whose user showed a password that is too old, or is going to be. */
export type PasswordStatus = 'PASSWORD_WARN' | 'PASSWORD_EXPIRED'

/** The statuses of a sign-in that waits for a further proof. */
export type PendingStatus = BindingStatus | PasswordStatus

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
  /** What a user knows. */
  password: ['SUCCESS', 'ACCESS_DENIED', 'PASSWORD_WARN', 'PASSWORD_EXPIRED'],
  /** He changes it, or puts it off, in a sign-in that waits for that. */
  'password that is changed': ['SUCCESS', 'ACCESS_DENIED'],
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

/** What a user can do about an old password. */
export type PasswordStep = 'update' | 'by code' | 'skip'

/** What each status allows next, in the order in which a client should offer it. */
const allowedPasswordSteps = {
  PASSWORD_WARN: ['update', 'by code', 'skip'],
  PASSWORD_EXPIRED: ['update', 'by code'],
} as const satisfies Record<PasswordStatus, readonly PasswordStep[]>

export const passwordPaths = {
  update: '/api/v2/sdk/pwd/update',
  skip: '/api/v2/sdk/pwd/skip-update',
  'by code': {
    sms: '/api/v2/sdk/after-login/pwd/update-by-mobile',
    email: '/api/v2/sdk/after-login/pwd/update-by-email',
  },
} as const satisfies Record<PasswordStep, string | Record<Channel, string>>

/** The codes by which an old password is changed. */
export const passwordPurposes = {
  sms: 'CHANGE_PWD_SMS',
  email: 'CHANGE_PWD_EMS',
} as const satisfies Record<Channel, Purpose>

/** One way on, as the client sees it in `next.steps`. */
export interface NextStep {
  /** `WECHAT_PHONE`: the button of the mini program that asks for the person's number. No code is sent. */
  readonly step: 'VERIFY_PHONE' | 'VERIFY_EMAIL' | 'WECHAT_PHONE' | 'UPDATE_PASSWORD' | 'SKIP'
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
  /** The user's own address, masked: where the code goes. Only where he has proved to be him. */
  readonly hint?: string
  /** Guesses left at the code that was sent for this sign-in, if one is open. */
  readonly attempts_left?: number
}

export function mayDo(status: PasswordStatus, step: PasswordStep): boolean {
  const allowed: readonly PasswordStep[] = allowedPasswordSteps[status]
  return allowed.includes(step)
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
  const byCode = (proof: ProofKind, channel: Channel): NextStep =>
    codeStep(channel, proofPaths[proof], purposeOf(proof, channel), codes, resendMs, checks, now)
  const byButton = (proof: ProofKind): NextStep => ({ step: 'WECHAT_PHONE', path: phoneButtonPaths[proof] })
  return allowedProofs[status].flatMap((proof) => [
    ...(hasPhoneButton ? [byButton(proof)] : []),
    ...channels.map((channel) => byCode(proof, channel)),
  ])
}

/**
 * What the user of an old password can do.
 *
 * @param own his verified addresses that codes can be sent to, masked
 */
export function nextPasswordSteps(
  status: PasswordStatus,
  own: readonly { readonly channel: Channel; readonly masked: string }[],
  codes: readonly OpenVerification[],
  resendMs: number,
  checks: readonly Kind[],
  now: number,
): NextStep[] {
  return allowedPasswordSteps[status].flatMap((step): NextStep[] => {
    if (step === 'update') return [{ step: 'UPDATE_PASSWORD', path: passwordPaths.update }]
    if (step === 'skip') return [{ step: 'SKIP', path: passwordPaths.skip }]
    return own.map(({ channel, masked }) => ({
      ...codeStep(
        channel,
        passwordPaths[step][channel],
        passwordPurposes[channel],
        codes,
        resendMs,
        checks,
        now,
      ),
      hint: masked,
    }))
  })
}

function codeStep(
  channel: Channel,
  path: string,
  type: Purpose,
  codes: readonly OpenVerification[],
  resendMs: number,
  checks: readonly Kind[],
  now: number,
): NextStep {
  const code = codes.find((candidate) => candidate.purpose === type)
  const waitMs = code === undefined ? 0 : Math.max(0, code.sentAt + resendMs - now)
  return {
    step: stepNames[channel],
    path,
    send: {
      path: sendPaths[channel],
      type,
      in_seconds: Math.ceil(waitMs / 1000),
      ...(checks.length > 0 && { human_check: [...checks] }),
    },
    ...(code !== undefined && { attempts_left: code.attemptsLeft }),
  }
}
