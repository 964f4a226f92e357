import type { JSONWebKeySet } from 'jose'
import type { Db } from '../../platform/db/index.ts'
import type { Tables } from '../../platform/db/tables.ts'
import type { SendBudgets } from '../../verifications/index.ts'
import type { Secret } from '../traces.ts'

/**
 * What came of a call. `unknown`: no answer came, or one that says that the server could not work (5xx), so it
 * may have happened or not.
 */
export type Outcome = 'ok' | 'fail' | 'unknown'

/** Moments are milliseconds since the Unix epoch, of the machine that the server runs on as well. */
interface Call {
  readonly startedAt: number
  readonly endedAt: number
  readonly outcome: Outcome
  /** What a refusal said. */
  readonly errorCode?: string
}

/** What a successful sign-in hands out. */
export interface HandedOut {
  readonly sessionToken: string
  readonly idToken: string
  readonly userId: string
}

/** Somebody of whom a source says who he is. */
interface Person {
  readonly clientId: string
  /** As the source's stand-in names him. */
  readonly person: string
}

export interface Login extends Call, Person {
  readonly kind: 'login'
  readonly stateToken?: string
  readonly session?: HandedOut
}

export interface Send extends Call {
  readonly kind: 'send'
  readonly clientId: string
  readonly to: string
  readonly purpose: string
}

/** A bind or register-bind. */
export interface Prove extends Call, Person {
  readonly kind: 'prove'
  readonly stateToken: string
  /** As a message's `to`. */
  readonly to: string
  readonly purpose: string
  readonly verifyCode: string
  readonly session?: HandedOut
}

export interface Refresh extends Call {
  readonly kind: 'refresh'
  readonly sessionToken: string
  readonly session?: HandedOut
}

/** A logout, or the unbinding of the identity that opened the session. */
export interface EndOfSession extends Call {
  readonly kind: 'logout' | 'unbind'
  readonly sessionToken: string
}

/** An operator's command. */
export interface ShutOut extends Call {
  readonly kind: 'disable'
  readonly userId: string
}

/** Something that the server depends on was away, all the time between. */
export interface Outage {
  readonly kind: 'outage'
  readonly of: 'wechat' | 'sms' | 'database'
  readonly startedAt: number
  readonly endedAt: number
}

/** After everything was mended: how many fresh tries somebody needed, and whether he came in. */
export interface Comeback {
  readonly kind: 'comeback'
  readonly person: string
  readonly tries: number
  readonly isIn: boolean
}

export type Event = Login | Send | Prove | Refresh | EndOfSession | ShutOut | Outage | Comeback

/** A message that the carrier was given. */
export interface SentMessage {
  readonly to: string
  readonly purpose: string
  readonly verifyCode: string
  /** Name of the application, as the message says it. */
  readonly application: string
  readonly at: number
}

/** The keys as they were served. */
export interface ServedKeys {
  readonly at: number
  readonly keys: JSONWebKeySet
}

type LookedAt =
  | 'user'
  | 'user_address'
  | 'identity'
  | 'connection'
  | 'session'
  | 'sign_in'
  | 'verification'
  | 'signing_key'
  | 'audit_event'

export type Rows = { readonly [Table in LookedAt]: readonly Tables[Table][] }

/** All that is known after a run: what was said, what was sent, what is stored. */
export interface Evidence {
  readonly history: readonly Event[]
  readonly messages: readonly SentMessage[]
  readonly rows: Rows
  readonly servedKeys: readonly ServedKeys[]
  /** What may be sent. */
  readonly sendBudgets: Pick<SendBudgets, 'destination' | 'deployment'>
  /** From when on nothing was killed, cut or filled any more. */
  readonly healedAt: number
  /** By client id. */
  readonly applicationNames: ReadonlyMap<string, string>
  /** Where nothing readable may stand: logs, dumps, metrics. */
  readonly texts: readonly { readonly name: string; readonly bytes: string }[]
  readonly secrets: readonly Secret[]
}

/** Reads the tables that the checker looks at. */
export async function readRows(db: Db): Promise<Rows> {
  return {
    user: await db.selectFrom('user').selectAll().execute(),
    user_address: await db.selectFrom('user_address').selectAll().execute(),
    identity: await db.selectFrom('identity').selectAll().execute(),
    connection: await db.selectFrom('connection').selectAll().execute(),
    session: await db.selectFrom('session').selectAll().execute(),
    sign_in: await db.selectFrom('sign_in').selectAll().execute(),
    verification: await db.selectFrom('verification').selectAll().execute(),
    signing_key: await db.selectFrom('signing_key').selectAll().execute(),
    audit_event: await db.selectFrom('audit_event').selectAll().execute(),
  }
}
