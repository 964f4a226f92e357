import type { Language } from '../platform/refusal.ts'
import { type CodeMessage, isNotice, type Message, type MessageTemplate } from './message.ts'
import { ourNoticeEmail, ourNoticeSms } from './notice-texts.ts'

export interface EmailText {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** An email in our own words, before its HTML part is made. */
export interface OurEmail {
  readonly subject: string
  readonly paragraphs: readonly string[]
}

const MAX_NAME_CHARACTERS = 30

/** Controls, bidi and zero-width characters, and every other one that shows nothing but changes what is read. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

const ACTIONS: Readonly<Record<MessageTemplate, Readonly<Record<Language, string>>>> = {
  bind: { zh: '绑定账号', en: 'link an account' },
  register: { zh: '注册账号', en: 'create an account' },
  login: { zh: '登录账号', en: 'sign in' },
  reset_password: { zh: '重置密码', en: 'reset a password' },
  change_password: { zh: '修改密码', en: 'change a password' },
  change_address: { zh: '换绑账号', en: 'update an account' },
  second_factor: { zh: '二次认证', en: 'confirm a sign-in' },
}

/**
 * One short text: application, who asked for what, code, validity, warning. With a name of four
 * characters the Chinese text stays within one segment of 70 UCS-2 characters, and the English one,
 * where the name is plain ASCII, within one of 160.
 */
export function renderSms(message: Message): string {
  if (message.wording?.sms !== undefined) return fill(message.wording.sms, message)
  if (isNotice(message)) return ourNoticeSms(message, applicationNameIn(message))
  const { application, action, validity, code } = partsOf(message)
  return message.language === 'zh'
    ? `【${application}】有人在本应用申请用此号码${action}，验证码${code}，${validity}内有效。切勿将验证码告诉任何人，非本人操作请忽略。`
    : `${application}: ${code} is your code. Someone asked this app to ${action} with this number. ` +
        `Valid ${validity}. Never share this code. Not you? Ignore it.`
}

/** The code stands in the body only: mail servers on the way write subjects into their logs. */
export function renderEmail(message: Message): EmailText {
  const { emailSubject, emailText } = message.wording ?? {}
  const ours = isNotice(message) ? ourNoticeEmail(message, applicationNameIn(message)) : ourEmail(message)
  const subject = emailSubject === undefined ? ours.subject : fill(emailSubject, message)
  const paragraphs = emailText === undefined ? ours.paragraphs : paragraphsOf(fill(emailText, message))
  return { subject, text: paragraphs.join('\n\n') + '\n', html: htmlOf(message, subject, paragraphs) }
}

function ourEmail(message: CodeMessage): OurEmail {
  const { application, action, validity, code } = partsOf(message)
  return message.language === 'zh'
    ? {
        subject: `【${application}】${action}的验证码`,
        paragraphs: [
          `有人在「${application}」申请用此邮箱${action}，验证码为：`,
          code,
          `验证码${validity}内有效，只能使用一次。`,
          `切勿将验证码告诉任何人，「${application}」的工作人员也不会向您索要。`,
          '若非您本人操作，请忽略此邮件。',
        ],
      }
    : {
        subject: `${application}: your code to ${action}`,
        paragraphs: [
          `Someone asked in "${application}" to ${action} with this email address. The code is:`,
          code,
          `It is valid for ${validity} and works once.`,
          `Never share this code with anyone. Nobody at "${application}" will ever ask you for it.`,
          'If this was not you, ignore this email.',
        ],
      }
}

/** Puts the values into an operator's text, in one pass: a value that looks like a placeholder stays as it is. */
function fill(text: string, message: Message): string {
  const values: Readonly<Record<string, string>> = {
    application: applicationNameIn(message),
    ...(!isNotice(message) && {
      code: message.verifyCode,
      minutes: String(Math.max(1, Math.floor(message.expiresInSeconds / 60))),
    }),
  }
  return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder)
}

function paragraphsOf(text: string): string[] {
  return text.split(/(?:\r?\n){2,}/)
}

/** The application's name as it may stand in a message: one line, only what can be seen, 30 characters. */
export function applicationNameIn(message: Message): string {
  const { zh, en } = message.applicationName
  const inOrder = message.language === 'zh' ? [zh, en, '本应用'] : [en, zh, 'this application']
  return inOrder.map(cleanName).find((name) => name !== '') ?? ''
}

function cleanName(name: string): string {
  const visible = name.replace(INVISIBLE, '').replace(/\s+/g, ' ').trim()
  return [...visible].slice(0, MAX_NAME_CHARACTERS).join('').trim()
}

function partsOf(message: CodeMessage) {
  return {
    application: applicationNameIn(message),
    action: ACTIONS[message.template][message.language],
    validity: validityOf(message.expiresInSeconds, message.language),
    code: message.verifyCode,
  }
}

/** Rounded down: a text never promises more time than there is. */
function validityOf(seconds: number, language: Language): string {
  const minutes = Math.floor(seconds / 60)
  if (minutes < 1) return language === 'zh' ? `${seconds}秒` : `${seconds} seconds`
  if (language === 'zh') return `${minutes}分钟`
  return minutes === 1 ? '1 minute' : `${minutes} minutes`
}

/** A code that stands alone is shown large. */
function htmlOf(message: Message, subject: string, paragraphs: readonly string[]): string {
  const lines = [
    `<!doctype html><html lang="${message.language}"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>`,
    '<body style="font-family:sans-serif;font-size:16px">',
    ...paragraphs.map((paragraph) =>
      !isNotice(message) && paragraph === message.verifyCode
        ? `<p style="font-size:28px;letter-spacing:4px"><strong>${escapeHtml(paragraph)}</strong></p>`
        : `<p>${escapeHtml(paragraph).replaceAll(/\r?\n/g, '<br>')}</p>`,
    ),
    '</body></html>',
  ]
  return lines.join('\n') + '\n'
}

const HTML_ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => HTML_ENTITIES[character] ?? '')
}
