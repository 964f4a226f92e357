import { defineRefusals } from '../../platform/refusal.ts'

export const passkeyRefusals = defineRefusals({
  /** Unknown, a wrong signature, a used challenge, a copied key: one answer, because the difference would tell a guesser something. */
  passkeyRefused: {
    code: 'IDAAS.SDK.MFA.9221',
    en: 'The passkey was not accepted',
    zh: '通行密钥验证失败',
  },
  passkeyEnrolledAlready: {
    code: 'IDAAS.SDK.MFA.9222',
    en: 'This passkey is in use already',
    zh: '该通行密钥已被使用',
  },
  tooManyPasskeys: {
    code: 'IDAAS.SDK.MFA.9223',
    en: 'You have {0} passkeys, which is the most; remove one first',
    zh: '您已有{0}个通行密钥，达到上限，请先移除一个',
  },
  /** Removed already and another user's look alike. */
  noSuchPasskey: {
    code: 'IDAAS.SDK.MFA.9224',
    en: 'There is no such passkey',
    zh: '通行密钥不存在',
  },
  /** The server is reached by an IP address and `passkeys.rp_id` is not set: browsers keep passkeys for names only. */
  passkeysUnavailable: {
    code: 'IDAAS.SDK.MFA.9225',
    en: 'Passkeys are not available here',
    zh: '当前无法使用通行密钥',
  },
})
