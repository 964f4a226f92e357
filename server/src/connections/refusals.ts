import { defineRefusals } from '../platform/refusal.ts'

export const connectionRefusals = defineRefusals({
  /** Invalid, expired and used look alike: the person does the same in each case. */
  sourceRefusedCode: {
    code: 'IDAAS.SDK.LOGIN.9001',
    en: 'The sign-in code is invalid, expired or already used; call wx.login again',
    zh: '登录凭证code无效、已过期或已被使用，请重新调用wx.login',
  },

  /** The source did not answer in time, or with something that it does not say. `{0}` is the source's interface. */
  sourceUnavailable: {
    code: 'IDAAS.SDK.LOGIN.1001',
    en: 'Error calling interface {0}',
    zh: '调用接口{0}出错',
  },

  sourceBusy: {
    code: 'IDAAS.SDK.LOGIN.9002',
    en: 'The identity source limits how often it may be called; try again in a minute',
    zh: '身份源调用过于频繁，请一分钟后重试',
  },

  sourceBlockedUser: {
    code: 'IDAAS.SDK.LOGIN.9003',
    en: 'The identity source has blocked the sign-in of this account',
    zh: '身份源已拦截该账号的登录',
  },

  /** Invalid, expired, used, of another mini program, or for a number that was given long ago: one answer. */
  phoneCodeRefused: {
    code: 'IDAAS.SDK.LOGIN.9009',
    en: 'The phone number code is invalid, expired or already used; press the phone button again',
    zh: '手机号授权码无效、已过期或已被使用，请重新点击手机号授权按钮',
  },

  /** Its budget is used up, for WeChat takes money for each number, or too many wait for WeChat; with `Retry-After`. */
  phoneButtonBusy: {
    code: 'IDAAS.SDK.LOGIN.9010',
    en: 'The phone button is used too often; try again later or use a verification code',
    zh: '手机号一键授权过于频繁，请稍后重试或改用验证码',
  },

  /** Only an operator can mend it: app id, app secret, allow list. The log says which. */
  sourceMisconfigured: {
    code: 'IDAAS.SDK.LOGIN.9004',
    en: 'The identity source is not configured correctly; contact the administrator',
    zh: '身份源配置有误，请联系管理员',
  },
})

/** What an exchange of the code of `wx.login` can come to. */
export const wxLoginRefusals = [
  connectionRefusals.sourceRefusedCode,
  connectionRefusals.sourceUnavailable,
  connectionRefusals.sourceBusy,
  connectionRefusals.sourceBlockedUser,
  connectionRefusals.sourceMisconfigured,
] as const

/** What an exchange of the code of the phone button can come to. */
export const phoneButtonRefusals = [
  connectionRefusals.phoneCodeRefused,
  connectionRefusals.phoneButtonBusy,
  connectionRefusals.sourceUnavailable,
  connectionRefusals.sourceBusy,
  connectionRefusals.sourceBlockedUser,
  connectionRefusals.sourceMisconfigured,
] as const
