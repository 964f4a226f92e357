import type { Channel } from '../users/index.ts'
import type { Purpose } from '../verifications/index.ts'

/** The statuses of a sign-in that waits for an address, to which an identity is then bound. */
export type BindingStatus = 'SOCIAL_BIND' | 'USER_REGISTER'

/** The statuses of a sign-in whose user showed a password that is too old, or is going to be. */
export type PasswordStatus = 'PASSWORD_WARN' | 'PASSWORD_EXPIRED'

/** The statuses of a sign-in that waits for a further proof. */
export type PendingStatus = BindingStatus | PasswordStatus | 'MFA_AUTH'

export type Status = 'SUCCESS' | 'ACCESS_DENIED' | PendingStatus

/**
 * The statuses that each proof can lead to. The replies of the calls that take it are made from its row, so no
 * other one leaves the server.
 */
export const outcomes = {
  /** A source vouches for a person. */
  identity: ['SUCCESS', 'ACCESS_DENIED', 'MFA_AUTH', 'SOCIAL_BIND', 'USER_REGISTER'],
  /** A code, or a source, shows whose an address is. */
  address: ['SUCCESS', 'ACCESS_DENIED', 'MFA_AUTH'],
  /** The same in a sign-in that waits for it. */
  'address for an identity': ['SUCCESS', 'ACCESS_DENIED', 'MFA_AUTH'],
  /** What a user knows. */
  password: ['SUCCESS', 'ACCESS_DENIED', 'MFA_AUTH', 'PASSWORD_WARN', 'PASSWORD_EXPIRED'],
  /** What he has, and by which he shows himself to it: two factors at once. */
  passkey: ['SUCCESS', 'ACCESS_DENIED'],
  /** He changes it, or puts it off, in a sign-in that waits for that. Its second factor came before. */
  'password that is changed': ['SUCCESS', 'ACCESS_DENIED'],
  /** What a sign-in waits for whose user has shown one proof. An old password is looked at after it. */
  'second factor': ['SUCCESS', 'ACCESS_DENIED', 'PASSWORD_WARN', 'PASSWORD_EXPIRED'],
} as const satisfies Readonly<Record<string, readonly Status[]>>

/** What somebody shows on his way in. */
export type Proof = keyof typeof outcomes

/** What an address is proved for, in a sign-in that waits for one. */
export type ProofKind = 'bind' | 'register'

/**
 * What each status allows next, in the order in which a client should offer it. A sign-in whose source only
 * binds can never register anybody.
 */
export const allowedProofs = {
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

/** What a user can do about an old password. */
export type PasswordStep = 'update' | 'by code' | 'skip'

/** What each status allows next, in the order in which a client should offer it. */
export const allowedPasswordSteps = {
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

/** What can stand as a second factor, in the order in which a client should offer it. */
export const factors = ['passkey', 'totp', 'recovery code', 'sms', 'email'] as const
export type Factor = (typeof factors)[number]

/**
 * What a user can do about a second factor that is wanted of him: show one that he has enrolled; if he has none, a
 * code to an address that he has not proved in this sign-in; if there is none either, enrol one.
 */
export type FactorStep = Factor | 'enrol'

export const factorPaths = {
  passkey: '/api/v2/sdk/mfa/passkey',
  totp: '/api/v2/sdk/mfa/totp',
  'recovery code': '/api/v2/sdk/mfa/recovery-code',
  sms: '/api/v2/sdk/mfa/sms',
  email: '/api/v2/sdk/mfa/email',
  enrol: '/api/v2/sdk/mfa/totp/enrol',
} as const satisfies Record<FactorStep, string>

/** The codes that stand as a second factor; both spellings of the first. */
export const factorPurposes = {
  sms: ['MFA_AUTH_SMS', 'OTP_REST_SMS'],
  email: ['MFA_AUTH_EMS'],
} as const satisfies Record<Channel, readonly [Purpose, ...Purpose[]]>

export function mayDo(status: PasswordStatus, step: PasswordStep): boolean {
  const allowed: readonly PasswordStep[] = allowedPasswordSteps[status]
  return allowed.includes(step)
}

export function mayProve(status: BindingStatus, proof: ProofKind): boolean {
  const allowed: readonly ProofKind[] = allowedProofs[status]
  return allowed.includes(proof)
}
