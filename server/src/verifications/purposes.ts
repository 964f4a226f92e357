import type { MessageTemplate } from '../messages/index.ts'
import type { Channel } from '../users/index.ts'

/** What a code is for; `type` on the wire. Each has the call that takes it, and no other takes it. */
export const purposes = {
  BIND_MOBILE_SMS: { channel: 'sms', template: 'bind' },
  BIND_EMAIL_EMS: { channel: 'email', template: 'bind' },
  REGISTER_SMS: { channel: 'sms', template: 'register' },
  REGISTER_EMS: { channel: 'email', template: 'register' },
  LOGIN_SMS: { channel: 'sms', template: 'login' },
  LOGIN_EMS: { channel: 'email', template: 'login' },
  FORGET_PWD_SMS: { channel: 'sms', template: 'reset_password' },
  FORGET_PWD_EMS: { channel: 'email', template: 'reset_password' },
  UPDATE_PWD_SMS: { channel: 'sms', template: 'change_password' },
  UPDATE_PWD_EMS: { channel: 'email', template: 'change_password' },
  CHANGE_PWD_SMS: { channel: 'sms', template: 'change_password' },
  CHANGE_PWD_EMS: { channel: 'email', template: 'change_password' },
  UPDATE_MOBILE_SMS: { channel: 'sms', template: 'change_address' },
  UPDATE_EMAIL_EMS: { channel: 'email', template: 'change_address' },
  MFA_AUTH_SMS: { channel: 'sms', template: 'second_factor' },
  OTP_REST_SMS: { channel: 'sms', template: 'second_factor' },
  MFA_AUTH_EMS: { channel: 'email', template: 'second_factor' },
} as const satisfies Record<string, { channel: Channel; template: MessageTemplate }>

export type Purpose = keyof typeof purposes

/** @returns the purposes that a code sent by this channel can have, as they are written on the wire */
export function purposesOf(channel: Channel): readonly Purpose[] {
  return (Object.keys(purposes) as Purpose[]).filter((purpose) => purposes[purpose].channel === channel)
}

/** @returns `BIND_MOBILE_SMS` for binding by mobile, and so on */
export function purposeOf(template: MessageTemplate, channel: Channel): Purpose {
  const purpose = purposesOf(channel).find((candidate) => purposes[candidate].template === template)
  if (purpose === undefined) throw new Error(`no purpose for ${template} by ${channel}`)
  return purpose
}
