import { defineRefusals } from '../platform/refusal.ts'

export const signInRefusals = defineRefusals({
  /**
   * Missing, malformed, expired, used, ended, of another application, or not for this call: one answer,
   * because the difference would tell a guesser something.
   */
  stateTokenRefused: {
    code: 'IDAAS.SDK.COMMON.1007',
    en: 'state_token parameter error',
    zh: 'state_token参数错误',
  },
  /** The same for whoever changes an old password, or puts it off: the contract has a code of its own there. */
  passwordStateTokenRefused: {
    code: 'IDAAS.SDK.PARAM.0014',
    en: 'Invalid state token',
    zh: 'state_token无效',
  },
  /** The connection's setting is *fail*: only people who are bound already may come in. */
  notBound: {
    code: 'IDAAS.SDK.LOGIN.1002',
    en: 'User not bound',
    zh: '用户未绑定',
  },
  /** Told only after a right code, so that it tells nobody else who is a user here. */
  noSuchUser: {
    code: 'IDAAS.SDK.LOGIN.9005',
    en: 'No user has verified this mobile or email',
    zh: '该手机号或邮箱尚未关联用户',
  },
  secondIdentity: {
    code: 'IDAAS.SDK.LOGIN.9006',
    en: 'This user is already bound to another account of the same source',
    zh: '该用户已绑定此来源的其他账号',
  },
  /** openid and unionid, or unionid and the proven address, lead to two users; they are never merged here. */
  twoUsers: {
    code: 'IDAAS.SDK.LOGIN.9007',
    en: 'This account belongs to another user',
    zh: '该账号已属于其他用户',
  },
  /** The registration switch is off. Told only to somebody who has proved the mobile. */
  registrationClosed: {
    code: 'IDAAS.SDK.LOGIN.9011',
    en: 'No user has this mobile number, and registration is not open',
    zh: '该手机号不存在且不支持注册',
  },
  /** The same for an email. */
  emailNotRegistered: {
    code: 'IDAAS.SDK.LOGIN.9012',
    en: 'No user has this email, and registration is not open',
    zh: '该邮箱不存在且不支持注册',
  },
  /** Told only after a right code. Nobody has verified the address, or whoever has not closed his account, or may not come in anyhow. */
  notClosed: {
    code: 'IDAAS.SDK.ACCOUNT.9103',
    en: 'There is no closed account to open again',
    zh: '没有可恢复的账号',
  },
  /** Told only to somebody who has shown the first factor: he has none, or no code to it counts in this sign-in. */
  noOwnMobile: {
    code: 'IDAAS.SDK.MFA.9240',
    en: 'No mobile number can receive a code for this sign-in',
    zh: '没有可用于本次登录的手机号',
  },
  /** The source as a whole, or its phone button. */
  sourceNotSwitchedOn: {
    code: 'IDAAS.SDK.LOGIN.9008',
    en: 'This sign-in method is not switched on for the application',
    zh: '应用未启用该登录方式',
  },
})
