import type { Kind } from '../human-check/index.ts'
import type { Channel } from '../users/index.ts'
import { type OpenVerification, type Purpose, purposeOf } from '../verifications/index.ts'
import {
  allowedPasswordSteps,
  allowedProofs,
  type BindingStatus,
  factorPaths,
  factorPurposes,
  type FactorStep,
  passwordPaths,
  passwordPurposes,
  type PasswordStatus,
  phoneButtonPaths,
  type ProofKind,
  proofPaths,
} from './steps.ts'

const sendPaths = {
  sms: '/api/v2/sdk/sms/send',
  email: '/api/v2/sdk/email/send',
} as const satisfies Record<Channel, string>

const verifySteps = { sms: 'VERIFY_PHONE', email: 'VERIFY_EMAIL' } as const satisfies Record<Channel, string>

const factorSteps = {
  passkey: 'MFA_PASSKEY',
  totp: 'MFA_TOTP',
  'recovery code': 'MFA_RECOVERY_CODE',
  sms: 'MFA_SMS',
  email: 'MFA_EMAIL',
  enrol: 'ENROL_TOTP',
} as const satisfies Record<FactorStep, string>

/** The names of the steps on the wire. `WECHAT_PHONE`: the button of the mini program that asks for the person's number. */
export const stepNames = [
  ...Object.values(verifySteps),
  'WECHAT_PHONE',
  'UPDATE_PASSWORD',
  'SKIP',
  ...Object.values(factorSteps),
] as const

/** One way on, as the client sees it in `next.steps`. */
export interface NextStep {
  readonly step: (typeof stepNames)[number]
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

/** What is to be known of codes that were sent for a sign-in, and of the next one. */
export interface Sending {
  /** The open codes of this sign-in. */
  readonly codes: readonly OpenVerification[]
  /** How long after one code the next may be asked for. */
  readonly resendMs: number
  /** Kinds of check that the next send from there wants. */
  readonly checks: readonly Kind[]
  readonly now: number
}

/** An address of the user himself. */
export interface OwnAddress {
  readonly channel: Channel
  readonly masked: string
}

/** `socialBindOrRegisterFlow` of the contract: the kinds of proof that this deployment can take. */
export function flowOf(channels: readonly Channel[]): string[] {
  return channels.map((channel) => verifySteps[channel])
}

/**
 * What a person can do whose identity waits to be bound. The button first: one tap, and nothing to type.
 *
 * @param hasPhoneButton whether the connection that the person came by has the phone button
 * @param channels those that a gateway is configured for
 */
export function nextBindingSteps(
  status: BindingStatus,
  hasPhoneButton: boolean,
  channels: readonly Channel[],
  sending: Sending,
): NextStep[] {
  const byCode = (proof: ProofKind, channel: Channel): NextStep => ({
    step: verifySteps[channel],
    path: proofPaths[proof],
    ...codeOf(channel, [purposeOf(proof, channel)], sending),
  })
  const byButton = (proof: ProofKind): NextStep => ({ step: 'WECHAT_PHONE', path: phoneButtonPaths[proof] })
  return allowedProofs[status].flatMap((proof) => [
    ...(hasPhoneButton ? [byButton(proof)] : []),
    ...channels.map((channel) => byCode(proof, channel)),
  ])
}

/**
 * What the user of an old password can do.
 *
 * @param own his verified addresses that codes can be sent to
 */
export function nextPasswordSteps(
  status: PasswordStatus,
  own: readonly OwnAddress[],
  sending: Sending,
): NextStep[] {
  return allowedPasswordSteps[status].flatMap((step): NextStep[] => {
    if (step === 'update') return [{ step: 'UPDATE_PASSWORD', path: passwordPaths.update }]
    if (step === 'skip') return [{ step: 'SKIP', path: passwordPaths.skip }]
    return own.map(({ channel, masked }) => ({
      step: verifySteps[channel],
      path: passwordPaths[step][channel],
      ...codeOf(channel, [passwordPurposes[channel]], sending),
      hint: masked,
    }))
  })
}

/** @param usable what this user can show, or do to have something to show */
export function nextFactorSteps(
  usable: readonly FactorStep[],
  own: readonly OwnAddress[],
  sending: Sending,
): NextStep[] {
  return usable.flatMap((factor): NextStep[] => {
    const step = factorSteps[factor]
    const path = factorPaths[factor]
    if (factor !== 'sms' && factor !== 'email') return [{ step, path }]
    return own
      .filter(({ channel }) => channel === factor)
      .map(({ masked }) => ({
        step,
        path,
        ...codeOf(factor, factorPurposes[factor], sending),
        hint: masked,
      }))
  })
}

/** @param purposes that the call takes; the first is the one to ask for */
function codeOf(
  channel: Channel,
  purposes: readonly [Purpose, ...Purpose[]],
  { codes, resendMs, checks, now }: Sending,
): Pick<NextStep, 'send' | 'attempts_left'> {
  const [type] = purposes
  const code = codes.find(({ purpose }) => purposes.some((taken) => taken === purpose))
  const waitMs = code === undefined ? 0 : Math.max(0, code.sentAt + resendMs - now)
  return {
    send: {
      path: sendPaths[channel],
      type,
      in_seconds: Math.ceil(waitMs / 1000),
      ...(checks.length > 0 && { human_check: [...checks] }),
    },
    ...(code !== undefined && { attempts_left: code.attemptsLeft }),
  }
}
