import { z } from 'zod'
import type { Db } from '../platform/db/index.ts'
import { definePolicy, readPolicy } from '../platform/policy/index.ts'
import type { Message, MessageTemplate, NoticeKind, Wording } from './message.ts'

const MAX_CHARACTERS = { sms: 500, subject: 200, email: 5_000 }

/** What stands between braces; no text has braces for anything else. */
const PLACEHOLDERS = ['code', 'minutes', 'application']
const PLACEHOLDERS_OF_NOTICES = ['application']

const ONE_LINE = 'A subject is one line'

const wording = z.strictObject({
  sms: textField(MAX_CHARACTERS.sms, PLACEHOLDERS)
    .refine(hasCode, 'The text must hold {code}')
    .optional()
    .describe('The text message, for gateways that send text. Must hold {code}.'),
  email_subject: textField(MAX_CHARACTERS.subject, PLACEHOLDERS)
    .refine(isOneLine, ONE_LINE)
    .refine((text) => !hasCode(text), 'A subject does not hold {code}: mail servers on the way log subjects')
    .optional()
    .describe('The subject of the email, one line, without {code}.'),
  email_text: textField(MAX_CHARACTERS.email, PLACEHOLDERS)
    .refine(hasCode, 'The text must hold {code}')
    .optional()
    .describe('The body of the email, as plain text; its HTML part is made from it. Must hold {code}.'),
})

const inEachLanguage = z.strictObject({
  zh: wording.optional().describe('For callers who read Chinese.'),
  en: wording.optional().describe('For callers who read English.'),
})

const textsWith = (code: string) =>
  inEachLanguage.optional().describe(`What comes with ${code}. Absent: our own texts.`)

const noticeWording = z.strictObject({
  sms: textField(MAX_CHARACTERS.sms, PLACEHOLDERS_OF_NOTICES)
    .optional()
    .describe('The text message, for gateways that send text.'),
  email_subject: textField(MAX_CHARACTERS.subject, PLACEHOLDERS_OF_NOTICES)
    .refine(isOneLine, ONE_LINE)
    .optional()
    .describe('The subject of the email, one line.'),
  email_text: textField(MAX_CHARACTERS.email, PLACEHOLDERS_OF_NOTICES)
    .optional()
    .describe('The body of the email, as plain text; its HTML part is made from it.'),
})

function notice(what: string) {
  return z
    .strictObject({
      zh: noticeWording.optional().describe('For callers who read Chinese.'),
      en: noticeWording.optional().describe('For callers who read English.'),
    })
    .optional()
    .describe(`The notice that ${what}. Absent: our own texts.`)
}

/**
 * Texts of the operator's instead of ours. Of what stands between braces, `{code}` is the code, `{minutes}` how
 * long it is good, `{application}` the application's name. A notice has the last of them only.
 */
export const messageTexts = definePolicy(
  'message_texts',
  z.strictObject({
    bind: textsWith('a code for binding'),
    register: textsWith('a code for registering'),
    login: textsWith('a code for signing in'),
    reset_password: textsWith('a code for a forgotten password'),
    change_password: textsWith('a code for changing the password'),
    change_address: textsWith('a code for a new mobile number or email'),
    second_factor: textsWith('a code as a second factor'),
    password_changed: notice('the password was changed'),
    mobile_changed: notice('the mobile number was changed'),
    email_changed: notice('the email address was changed'),
    identity_bound: notice('a social account was linked'),
    identity_unbound: notice('a social account was unlinked'),
    factor_added: notice('a second factor was set up'),
    factor_removed: notice('a second factor was removed'),
    recovery_codes_made: notice('new recovery codes were made'),
    account_closing: notice('the account was closed and is going to be deleted'),
    account_reopened: notice('the account was opened again'),
  } satisfies Record<MessageTemplate | NoticeKind, z.ZodType>),
)

/** @returns the operator's words for this message, if he has any */
export async function findWording(db: Db, message: Message): Promise<Wording | undefined> {
  const texts = await readPolicy(db, messageTexts)
  const found = texts[message.template]?.[message.language]
  return found && { sms: found.sms, emailSubject: found.email_subject, emailText: found.email_text }
}

function textField(maxCharacters: number, placeholders: readonly string[]) {
  const filled = new RegExp(`\\{(?:${placeholders.join('|')})\\}`, 'g')
  return z
    .string()
    .trim()
    .min(1, 'Write a text, or leave the field out')
    .max(maxCharacters, `At most ${maxCharacters} characters`)
    .refine((text) => !/[^\P{Cc}\n\r]/u.test(text), 'The text holds a control character')
    .refine(
      (text) => !/[{}]/.test(text.replaceAll(filled, '')),
      `Braces stand only in ${inWords(placeholders)}`,
    )
}

function hasCode(text: string): boolean {
  return text.includes('{code}')
}

function isOneLine(text: string): boolean {
  return !/\p{Cc}/u.test(text)
}

/** `{code}, {minutes} and {application}` */
function inWords(placeholders: readonly string[]): string {
  const shown = placeholders.map((name) => `{${name}}`)
  return new Intl.ListFormat('en-GB').format(shown)
}
