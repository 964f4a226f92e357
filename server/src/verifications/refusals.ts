import { defineRefusals } from '../platform/refusal.ts'

export const verificationRefusals = defineRefusals({
  /** A budget is used up (with `Retry-After`) or no gateway took the message. */
  sendRefused: {
    code: 'IDAAS.SDK.CAPTCHA.0006',
    en: 'Failed to send verification code',
    zh: '验证码发送失败',
  },
  /** Wrong, expired, used, never sent and guessed at too often look alike: the difference would help a guesser. */
  codeIncorrect: {
    code: 'IDAAS.SDK.CAPTCHA.0007',
    en: 'Incorrect verification code',
    zh: '验证码错误',
  },
  unknownType: {
    code: 'IDAAS.SDK.PARAM.9005',
    en: 'Unknown type of verification code',
    zh: '验证码类型不正确',
  },
  areaCodeNotAllowed: {
    code: 'IDAAS.SDK.PARAM.9006',
    en: 'Messages to this country or region are not supported',
    zh: '暂不支持该国家或地区的手机号',
  },
  addressChoice: {
    code: 'IDAAS.SDK.PARAM.9007',
    en: 'Give either mobile or email',
    zh: '手机号和邮箱必须且只能填写一个',
  },
})
