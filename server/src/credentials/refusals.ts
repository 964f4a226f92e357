import { defineRefusals } from '../platform/refusal.ts'

export const credentialRefusals = defineRefusals({
  /** Also for a name that nobody has: the difference would tell who is a user here. */
  locked: {
    code: 'IDAAS.SDK.LOGIN.0001',
    en: 'The user has been locked due to too many unsuccessful login attempts. It will be unlocked in {0} minutes and {1} seconds',
    zh: '由于多次登录失败,用户已被锁定。 它将在 {0} 分钟和 {1} 秒内解锁',
  },
  /** Clients read the last number of the text, so it stays the last. */
  passwordIncorrect: {
    code: 'IDAAS.SDK.LOGIN.0002',
    en: 'Invalid user name or password. Remaining login attempts: {0}',
    zh: '无效的用户名或密码。 剩余登录尝试次数:{0}',
  },
  passwordLength: {
    code: 'IDAAS.SDK.PWD.9101',
    en: 'The password must have {0} to {1} characters',
    zh: '密码长度须为{0}到{1}个字符',
  },
  passwordClasses: {
    code: 'IDAAS.SDK.PWD.9102',
    en: 'The password must hold at least {0} of digits, upper case, lower case and special characters',
    zh: '密码须至少包含数字、大写字母、小写字母、特殊字符中的{0}种',
  },
  passwordRepeats: {
    code: 'IDAAS.SDK.PWD.9103',
    en: 'The password may not hold the same character more than {0} times in a row',
    zh: '密码中同一字符不得连续出现超过{0}次',
  },
  passwordOwnData: {
    code: 'IDAAS.SDK.PWD.9104',
    en: 'The password may not hold your user name, name, mobile number or email',
    zh: '密码不得包含您的用户名、姓名、手机号或邮箱',
  },
  passwordCommon: {
    code: 'IDAAS.SDK.PWD.9105',
    en: 'This password is too common',
    zh: '该密码过于常见，请更换',
  },
  passwordUsedBefore: {
    code: 'IDAAS.SDK.PWD.9106',
    en: 'This password was used before',
    zh: '该密码近期已使用过，请更换',
  },
  /** It may be left out only by a user who has none. */
  oldPasswordMissing: {
    code: 'IDAAS.SDK.PWD.9107',
    en: 'The present password is required',
    zh: '请填写当前密码',
  },
  /** Another request set one in this moment. */
  passwordChangedMeanwhile: {
    code: 'IDAAS.SDK.PWD.9108',
    en: 'The password was changed meanwhile, please try again',
    zh: '密码刚刚已被修改，请重试',
  },
  /** A code of an authenticator app or a recovery code: wrong, used already, or of a user who has none. */
  factorCodeIncorrect: {
    code: 'IDAAS.SDK.MFA.9201',
    en: 'The code is incorrect or was used already. Remaining attempts: {0}',
    zh: '验证码错误或已使用。剩余尝试次数：{0}',
  },
  /** Of both kinds of codes together. */
  factorLocked: {
    code: 'IDAAS.SDK.MFA.9202',
    en: 'Too many wrong codes. Try again in {0} minutes and {1} seconds',
    zh: '验证码错误次数过多，请在{0}分{1}秒后重试',
  },
  factorNotEnrolled: {
    code: 'IDAAS.SDK.MFA.9203',
    en: 'This second factor is not set up',
    zh: '尚未启用该二次认证方式',
  },
  /** None was begun within the last ten minutes, or another one since. */
  enrolmentExpired: {
    code: 'IDAAS.SDK.MFA.9204',
    en: 'Setting up the second factor took too long, begin again',
    zh: '二次认证设置已超时，请重新开始',
  },
  factorAlreadyEnrolled: {
    code: 'IDAAS.SDK.MFA.9205',
    en: 'There is one already; remove it first',
    zh: '已启用该二次认证方式，请先移除',
  },
})

/** What a new password may be refused for. */
export const newPasswordRefusals = [
  credentialRefusals.passwordLength,
  credentialRefusals.passwordClasses,
  credentialRefusals.passwordRepeats,
  credentialRefusals.passwordOwnData,
  credentialRefusals.passwordCommon,
  credentialRefusals.passwordUsedBefore,
  credentialRefusals.passwordChangedMeanwhile,
]
