/** How an address is reached. */
export type Channel = 'sms' | 'email'

/**
 * A mobile number or an email address in its one canonical form: `+86-13800138000`,
 * `li@example.com`. Only the parsers of this room make one.
 */
export interface Address {
  readonly channel: Channel
  readonly value: string
}
