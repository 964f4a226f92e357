import type { CodeMessage, NoticeKind, NoticeMessage } from '../messages/index.ts'
import { randomId } from '../platform/secrets.ts'
import type { Address } from '../users/index.ts'

const MOBILE: Address = { channel: 'sms', value: '+86-13800138000' }
const EMAIL: Address = { channel: 'email', value: 'li@example.com' }

/** A text message with a code, unless `differences` say otherwise. */
export function codeMessage(differences: Partial<CodeMessage> = {}): CodeMessage {
  return {
    id: randomId(),
    to: MOBILE,
    template: 'bind',
    purpose: 'BIND_MOBILE_SMS',
    verifyCode: '232326',
    language: 'zh',
    applicationName: { zh: '示例应用', en: 'Demo' },
    expiresInSeconds: 300,
    sentAt: Date.UTC(2026, 0, 2, 3, 4, 5),
    ...differences,
  }
}

/** A notice by text message, unless `differences` say otherwise. */
export function notice(kind: NoticeKind, differences: Partial<NoticeMessage> = {}): NoticeMessage {
  return {
    id: randomId(),
    to: MOBILE,
    template: kind,
    purpose: kind,
    language: 'zh',
    applicationName: { zh: '示例应用', en: 'Demo' },
    sentAt: Date.UTC(2026, 0, 2, 3, 4, 5),
    ...differences,
  }
}

/** A code by email. */
export function codeEmail(differences: Partial<CodeMessage> = {}): CodeMessage {
  return codeMessage({ to: EMAIL, purpose: 'BIND_EMAIL_EMS', expiresInSeconds: 600, ...differences })
}
