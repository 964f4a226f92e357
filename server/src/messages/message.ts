import type { Finding } from '../platform/finding.ts'
import type { Language } from '../platform/refusal.ts'
import type { Address, Channel } from '../users/index.ts'

/** What a message says that its code is for. */
export type MessageTemplate =
  'bind' | 'register' | 'login' | 'reset_password' | 'change_password' | 'change_address' | 'second_factor'

/** What a notice tells its reader. */
export const noticeKinds = [
  'password_changed',
  'mobile_changed',
  'email_changed',
  'identity_bound',
  'identity_unbound',
  'factor_added',
  'factor_removed',
  'recovery_codes_made',
  'account_closing',
  'account_reopened',
] as const
export type NoticeKind = (typeof noticeKinds)[number]

/** What an operator would rather say than our own texts, for one template in one language. */
export interface Wording {
  readonly sms?: string | undefined
  readonly emailSubject?: string | undefined
  /** Plain text; the HTML part is made from it. */
  readonly emailText?: string | undefined
}

/** What every message has. */
interface AnyMessage {
  /** One per send and not guessable; a gateway can tell a repeated delivery by it. */
  readonly id: string
  readonly to: Address
  readonly language: Language
  /** As configured; the templates clean it. */
  readonly applicationName: Readonly<Record<Language, string>>
  /** The operator's own words, where he has any; the templates fill them. */
  readonly wording?: Wording | undefined
  /** When it was asked for, or what it tells of happened: milliseconds since the Unix epoch. */
  readonly sentAt: number
}

/** A verification code on its way to the address that it proves. */
export interface CodeMessage extends AnyMessage {
  readonly template: MessageTemplate
  /** The wire's `type`, e.g. `BIND_MOBILE_SMS`. */
  readonly purpose: string
  readonly verifyCode: string
  readonly expiresInSeconds: number
}

/** A notice of something that has happened to a user's account. It holds nothing secret. */
export interface NoticeMessage extends AnyMessage {
  readonly template: NoticeKind
  /** The same word: what templates of vendors stand under, and what is on record. */
  readonly purpose: NoticeKind
}

export type Message = CodeMessage | NoticeMessage

export function isNotice(message: Message): message is NoticeMessage {
  return !('verifyCode' in message)
}

/**
 * What came of a message. `failed`: it certainly did not go out. `unknown`: it may have, so its code must
 * stay valid. `because` is for the log and the audit: no secret, no code, no address, nothing that a
 * server wrote.
 */
export type SendOutcome =
  { readonly result: 'sent' } | { readonly result: 'failed' | 'unknown'; readonly because: string }

export const SENT: SendOutcome = { result: 'sent' }

export function failed(because: string): SendOutcome {
  return { result: 'failed', because }
}

export function unknown(because: string): SendOutcome {
  return { result: 'unknown', because }
}

/** Carries messages of one channel out of the house. */
export interface Gateway {
  /** For the operator, e.g. in an audit event. */
  readonly name: string
  readonly channel: Channel

  /**
   * False when this gateway has no means for this message, e.g. no template for its purpose and language,
   * so that another one can be asked. Absent: it carries any message of its channel.
   */
  canCarry?(message: Message): boolean

  /**
   * Tries once, within a deadline of its own. Whatever can go wrong outside is an outcome, never a
   * throw, and nothing is repeated: two messages for one request are worse than none.
   */
  send(message: Message): Promise<SendOutcome>

  /**
   * Looks whether the gateway would carry a message, and sends none. Whatever can go wrong outside is a finding,
   * never a throw. Absent: nothing outside can be asked.
   */
  check?(): Promise<readonly Finding[]>

  /** Lets go of connections. Messages under way are finished first; later ones fail. */
  close?(): Promise<void>
}

/** How long a gateway may take for one message, from `send` to its outcome. */
export const SEND_TIMEOUT_MS = 5_000

/** Messages that one gateway carries at once; the next one fails at once, so that requests do not pile up. */
export const MAX_IN_FLIGHT = 100
