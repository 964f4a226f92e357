import { defineRefusals } from '../platform/refusal.ts'

export const humanCheckRefusals = defineRefusals({
  /** The piece is not in its place, or the picture is unknown, expired, looked at before, or another application's. */
  checkFailed: {
    code: 'IDAAS.SDK.CAPTCHA.0002',
    en: 'Graphic verification code verification failed',
    zh: '图形验证码校验失败',
  },
  /** The credential was good, and is too old or was used. */
  credentialExpired: {
    code: 'IDAAS.SDK.CAPTCHA.0003',
    en: 'CAPTCHA token expired',
    zh: '图形验证码校验通过令牌已失效',
  },
  /** The credential is none, or is for another address, another application, or by a kind of check that is not offered. */
  credentialMismatch: {
    code: 'IDAAS.SDK.CAPTCHA.0004',
    en: 'Invalid CAPTCHA token',
    zh: '图形验证码校验通过令牌校验失败',
  },
  /** A check is wanted before the code is sent. `X-Human-Check` names the kinds that are offered. */
  credentialMissing: {
    code: 'IDAAS.SDK.CAPTCHA.9001',
    en: 'CAPTCHA token required',
    zh: '图形验证码校验通过令牌不能为空',
  },
  /** Too many pictures were asked for, or too many answers were wrong, from one network. With `Retry-After`. */
  tooManyChecks: {
    code: 'IDAAS.SDK.CAPTCHA.9002',
    en: 'Too many CAPTCHA requests, please try again later',
    zh: '图形验证码请求过于频繁，请稍后重试',
  },
})
