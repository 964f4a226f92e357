import { z } from 'zod'
import type { Db } from '../platform/db/index.ts'
import { definePolicy, readPolicy } from '../platform/policy/index.ts'
import type { CodeMessage, MessageTemplate, Wording } from './message.ts'

const MAX_CHARACTERS = { sms: 500, subject: 200, email: 5_000 }

/** What stands between braces; no text has braces for anything else. */
const PLACEHOLDERS = ['code', 'minutes', 'application']

const wording = z.strictObject({
  sms: textField(MAX_CHARACTERS.sms)
    .refine(hasCode, 'The text must hold {code}')
    .optional()
    .describe('The text message, for gateways that send text. Must hold {code}.'),
  email_subject: textField(MAX_CHARACTERS.subject)
    .refine((text) => !/\p{Cc}/u.test(text), 'A subject is one line')
    .refine((text) => !hasCode(text), 'A subject does not hold {code}: mail servers on the way log subjects')
    .optional()
    .describe('The subject of the email, one line, without {code}.'),
  email_text: textField(MAX_CHARACTERS.email)
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

/**
 * Texts of the operator's instead of ours. Of what stands between braces, `{code}` is the code, `{minutes}` how
 * long it is good, `{application}` the application's name.
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
  } satisfies Record<MessageTemplate, z.ZodType>),
)

/** @returns the operator's words for this message, if he has any */
export async function findWording(db: Db, message: CodeMessage): Promise<Wording | undefined> {
  const texts = await readPolicy(db, messageTexts)
  const found = texts[message.template]?.[message.language]
  return found && { sms: found.sms, emailSubject: found.email_subject, emailText: found.email_text }
}

function textField(maxCharacters: number) {
  return z
    .string()
    .trim()
    .min(1, 'Write a text, or leave the field out')
    .max(maxCharacters, `At most ${maxCharacters} characters`)
    .refine((text) => !/[^\P{Cc}\n\r]/u.test(text), 'The text holds a control character')
    .refine(
      (text) => !/[{}]/.test(text.replaceAll(new RegExp(`\\{(?:${PLACEHOLDERS.join('|')})\\}`, 'g'), '')),
      'Braces stand only in {code}, {minutes} and {application}',
    )
}

function hasCode(text: string): boolean {
  return text.includes('{code}')
}
