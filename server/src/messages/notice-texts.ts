import type { Language } from '../platform/refusal.ts'
import type { NoticeKind, NoticeMessage } from './message.ts'
import type { OurEmail } from './templates.ts'

const WHAT_HAPPENED: Readonly<Record<NoticeKind, Readonly<Record<Language, string>>>> = {
  password_changed: { zh: '您的账号密码已修改', en: 'The password of your account was changed' },
  mobile_changed: { zh: '您的账号手机号已变更', en: 'The mobile number of your account was changed' },
  email_changed: { zh: '您的账号邮箱已变更', en: 'The email address of your account was changed' },
  identity_bound: { zh: '您的账号新绑定了第三方登录', en: 'A way to sign in was linked to your account' },
  identity_unbound: {
    zh: '您的账号解绑了第三方登录',
    en: 'A way to sign in was unlinked from your account',
  },
  factor_added: { zh: '您的账号已启用新的二次认证方式', en: 'A second factor was set up for your account' },
  factor_removed: { zh: '您的账号已移除二次认证方式', en: 'A second factor of your account was removed' },
  recovery_codes_made: {
    zh: '您的账号已生成新的恢复码，原有恢复码失效',
    en: 'New recovery codes were made for your account; the old ones are void',
  },
  account_closing: { zh: '您的账号已申请注销', en: 'Your account was closed and is going to be deleted' },
  account_reopened: { zh: '您的账号已恢复使用', en: 'Your account was opened again' },
}

/** What happened and what to do about it; no link, so that nobody learns to follow links in such messages. */
export function ourNoticeSms({ template, language }: NoticeMessage, application: string): string {
  const what = WHAT_HAPPENED[template][language]
  return language === 'zh'
    ? `【${application}】${what}。若非您本人操作，请尽快检查账号并联系客服。`
    : `${application}: ${what}. Not you? Check your account and contact support at once.`
}

export function ourNoticeEmail({ template, language, sentAt }: NoticeMessage, application: string): OurEmail {
  const what = WHAT_HAPPENED[template][language]
  const when = `${new Date(sentAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return language === 'zh'
    ? {
        subject: `【${application}】${what}`,
        paragraphs: [
          `${what}（${when}）。`,
          '若为您本人操作，请忽略此邮件。',
          `若非您本人操作，请尽快检查账号，并联系「${application}」的客服。`,
        ],
      }
    : {
        subject: `${application}: ${what}`,
        paragraphs: [
          `${what} (${when}).`,
          'If this was you, there is nothing to do.',
          `If this was not you, check your account and contact the support of "${application}" at once.`,
        ],
      }
}
