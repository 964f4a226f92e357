import { defineRefusals } from '../platform/refusal.ts'

export const sessionRefusals = defineRefusals({
  /** Unknown, ended, expired, of another application, and of a disabled user look alike. */
  sessionTokenRefused: {
    code: 'IDAAS.SDK.PARAM.0023',
    en: 'Invalid or expired session token',
    zh: 'session_token无效或已过期',
  },
  idTokenRefused: {
    code: 'IDAAS.SDK.PARAM.0016',
    en: 'IdToken is invalid or expired',
    zh: 'IdToken无效或已过期',
  },
})
