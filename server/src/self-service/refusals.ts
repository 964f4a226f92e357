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
})
