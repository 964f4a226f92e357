import { z } from 'zod'
import type { ProvenIdentity } from '../connections/index.ts'
import type { Channel } from '../users/index.ts'
import type { BindingStatus, PasswordStatus } from './steps.ts'

/** What a sign-in waits for: an address of the person whom a source vouches for. */
export interface WaitsForAddress {
  readonly status: BindingStatus
  readonly identity: ProvenIdentity
}

/** What a sign-in waits for: a new password of the user who showed an old one. */
export interface WaitsForPassword {
  readonly status: PasswordStatus
  readonly userId: string
  /** When he passed a second factor on the way here. */
  readonly secondFactorAt: number | undefined
}

/** What a sign-in does once its second factor is passed; until then nothing of it is done. */
export const effects = ['enter', 'bind', 'adopt', 'reopen', 'look at password'] as const
export type Effect = (typeof effects)[number]

/** What a sign-in waits for: a second factor of the user who showed the first. */
export interface WaitsForSecondFactor {
  readonly status: 'MFA_AUTH'
  readonly userId: string
  readonly effect: Effect
  /** The identity that a source vouches for, his already or to be bound to him. */
  readonly identity: ProvenIdentity | undefined
  /** The kind of address that he has proved already, and that proves nothing further. */
  readonly provedChannel: Channel | undefined
}

export type Waits = WaitsForAddress | WaitsForPassword | WaitsForSecondFactor

/** The columns of a row that say what its sign-in waits for. */
export interface WaitsRow {
  status: string
  connection_id: string | null
  subject: string | null
  union_subject: string | null
  user_id: string | null
  effect: string | null
  proved_channel: string | null
  second_factor_at: number | null
}

const identityColumns = z
  .object({ connection_id: z.string(), subject: z.string(), union_subject: z.string().nullable() })
  .transform((row): ProvenIdentity => ({
    connectionId: row.connection_id,
    subject: row.subject,
    unionSubject: row.union_subject ?? undefined,
  }))

const status = z.enum(['SOCIAL_BIND', 'USER_REGISTER', 'PASSWORD_WARN', 'PASSWORD_EXPIRED', 'MFA_AUTH'])
const effect = z.enum(effects)
const channel = z.enum(['sms', 'email'])
const userId = z.string()

/** @throws {Error} for a row that no version of ours has written */
export function waitsOf(row: WaitsRow): Waits {
  const is = status.parse(row.status)
  switch (is) {
    case 'SOCIAL_BIND':
    case 'USER_REGISTER':
      return { status: is, identity: identityColumns.parse(row) }
    case 'PASSWORD_WARN':
    case 'PASSWORD_EXPIRED':
      return {
        status: is,
        userId: userId.parse(row.user_id),
        secondFactorAt: row.second_factor_at ?? undefined,
      }
    case 'MFA_AUTH':
      return {
        status: is,
        userId: userId.parse(row.user_id),
        effect: effect.parse(row.effect),
        identity: row.connection_id === null ? undefined : identityColumns.parse(row),
        provedChannel: row.proved_channel === null ? undefined : channel.parse(row.proved_channel),
      }
  }
}

export function rowOf(waits: Waits): WaitsRow {
  const { identity, userId: user, effect: does, provedChannel, secondFactorAt }: AnyWaits = waits
  return {
    status: waits.status,
    connection_id: identity?.connectionId ?? null,
    subject: identity?.subject ?? null,
    union_subject: identity?.unionSubject ?? null,
    user_id: user ?? null,
    effect: does ?? null,
    proved_channel: provedChannel ?? null,
    second_factor_at: secondFactorAt ?? null,
  }
}

/** Every field that some sign-in waits with. */
interface AnyWaits extends Partial<
  Omit<WaitsForAddress, 'status' | 'identity'> &
    Omit<WaitsForPassword, 'status'> &
    Omit<WaitsForSecondFactor, 'status'>
> {
  readonly status: Waits['status']
}
