import { defineRefusals } from '../platform/refusal.ts'

export const selfServiceRefusals = defineRefusals({
  /** Unknown, unbound already, and another user's look alike: the difference would tell a guesser something. */
  notLinked: {
    code: 'IDAAS.SDK.SOCIAL.9001',
    en: 'Unbinding failed, there is no such linked account',
    zh: '解绑失败，绑定关系不存在',
  },
  /** Nothing would be left that the user can sign in with: no verified address, and no other account of a source that is switched on. */
  lastWayIn: {
    code: 'IDAAS.SDK.SOCIAL.9002',
    en: 'This is the last way to sign in and cannot be unbound; bind another one first',
    zh: '这是最后一种登录方式，无法解绑，请先绑定其他登录方式',
  },
  /** Unknown, over already, and another user's look alike. */
  noSuchSession: {
    code: 'IDAAS.SDK.ACCOUNT.9101',
    en: 'There is no such session',
    zh: '会话不存在或已结束',
  },
  /** Unknown, over already, and another user's look alike. */
  noSuchDevice: {
    code: 'IDAAS.SDK.ACCOUNT.9105',
    en: 'There is no such trusted device',
    zh: '可信设备不存在或已失效',
  },
  /** The session began more than ten minutes ago; a new one, however the user signs in, is taken. */
  signInAgain: {
    code: 'IDAAS.SDK.ACCOUNT.9102',
    en: 'Sign in again to do this',
    zh: '该操作需要重新登录后进行',
  },
  /** The user has a second factor, and the session began without it: a trusted device, or before he enrolled it elsewhere. */
  signInWithSecondFactor: {
    code: 'IDAAS.SDK.ACCOUNT.9104',
    en: 'Sign in again with your second factor to do this',
    zh: '该操作需要通过二次认证重新登录后进行',
  },
})
