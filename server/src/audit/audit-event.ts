/** What can happen. A name is for good: operators search for it. */
export type AuditEventKind =
  | 'sign_in_opened'
  | 'sign_in_continued'
  | 'second_factor_passed'
  | 'second_factor_refused'
  | 'device_trusted'
  | 'device_trust_ended'
  | 'sign_in_refused'
  | 'code_requested'
  | 'code_send_uncertain'
  | 'code_send_failed'
  | 'code_refused'
  | 'breaker_opened'
  | 'phone_refused'
  | 'password_refused'
  | 'password_changed'
  | 'factor_enrolled'
  | 'factor_refused'
  | 'factor_removed'
  | 'recovery_codes_made'
  | 'passkey_cloned'
  | 'user_registered'
  | 'user_imported'
  | 'user_disabled'
  | 'user_enabled'
  | 'user_deleted'
  | 'user_groups_changed'
  | 'account_closing'
  | 'account_reopened'
  | 'profile_changed'
  | 'mobile_changed'
  | 'email_changed'
  | 'address_refused'
  | 'identity_bound'
  | 'identity_adopted'
  | 'identity_unbound'
  | 'bind_refused'
  | 'access_denied'
  | 'session_opened'
  | 'session_ended'
  | 'test_address_active'
  | 'configuration_changed'
  | 'restored'
  | 'copied'

/** A fact that is kept: what happened, to whom, when. */
export interface AuditEvent {
  readonly kind: AuditEventKind
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  readonly clientId?: string
  readonly userId?: string
  readonly signInId?: string
  readonly sessionId?: string
  readonly connectionId?: string
  /** By its blind index and masked form; never in clear. */
  readonly address?: { readonly index: string; readonly masked: string }
  readonly ip?: string
  /** The private reason, in words for the operator. */
  readonly because?: string
}
