import { z } from 'zod'
import type { Language } from '../platform/refusal.ts'
import { failed, isNotice, type Message, noticeKinds } from './message.ts'
import { applicationNameIn } from './templates.ts'

/** An id that a vendor gave out. YAML reads one that is all digits as a number. */
export const vendorId = z
  .union([z.string(), z.int().nonnegative().transform(String)])
  .pipe(
    z.string().regex(/^[\w.-]{1,64}$/, 'An id has letters, digits, - _ and . only, and at most 64 of them'),
  )

const templatePerLanguage = z
  .strictObject({ zh: vendorId.optional(), en: vendorId.optional() })
  .refine(({ zh, en }) => zh !== undefined || en !== undefined, 'Name a template for zh, for en, or for both')

/**
 * Which text of the vendor's carries which message: by purpose, as it is written on the wire, or `default` for
 * every code; notices by their kind. One for all languages, or one for each.
 */
export const messageTemplates = z
  .record(
    z.string().regex(new RegExp(`^(?:default|[A-Z][A-Z\\d_]{0,63}|${noticeKinds.join('|')})$`)),
    z.union([vendorId, templatePerLanguage], {
      error: 'A template is one id, or { zh: …, en: … } with an id for each language',
    }),
    {
      error: (issue) =>
        issue.code === 'invalid_key'
          ? 'Templates stand under a purpose, such as BIND_MOBILE_SMS, under default, or under the kind of a notice'
          : undefined,
    },
  )
  .refine((templates) => Object.keys(templates).length > 0, 'Name at least one template')

export type MessageTemplates = z.output<typeof messageTemplates>

/** Of ours, what a vendor's text can have put into it. */
const messageValue = z.enum(['code', 'minutes', 'application'])
type MessageValue = z.output<typeof messageValue>

const WITHOUT_CODE = 'The parameters leave out the code'

/** What fills a text whose places are numbered, in their order. */
export const orderedParameters = z
  .array(messageValue)
  .refine((values) => values.includes('code'), WITHOUT_CODE)
  .default(['code', 'minutes'])

/** What fills a text whose places have names. */
export function namedParameters(usual: Readonly<Record<string, MessageValue>>) {
  return z
    .record(z.string().regex(/^[A-Za-z]\w{0,31}$/), messageValue)
    .refine((values) => Object.values(values).includes('code'), WITHOUT_CODE)
    .default(usual)
}

/** @returns every template that the operator named, each once */
export function templateIds(templates: MessageTemplates): readonly string[] {
  const ids = Object.values(templates).flatMap((one) => (typeof one === 'string' ? [one] : [one.zh, one.en]))
  return [...new Set(ids.filter((id) => id !== undefined))]
}

/**
 * The text under `default` holds a code, so no notice goes by it.
 *
 * @returns `undefined` when the operator named no template for this purpose and language
 */
export function templateFor(templates: MessageTemplates, message: Message): string | undefined {
  const own = inLanguage(templates[message.purpose], message.language)
  return own ?? (isNotice(message) ? undefined : inLanguage(templates['default'], message.language))
}

function inLanguage(template: MessageTemplates[string] | undefined, language: Language): string | undefined {
  return typeof template === 'string' ? template : template?.[language]
}

export const NO_TEMPLATE = failed('no template for this purpose and language')

/**
 * Minutes are whole ones, rounded down so that no text promises more time than there is, but at least 1. A notice
 * has the application only.
 */
export function valuesOf(message: Message): Readonly<Partial<Record<MessageValue, string>>> {
  const application = applicationNameIn(message)
  if (isNotice(message)) return { application }
  const minutes = String(Math.max(1, Math.floor(message.expiresInSeconds / 60)))
  return { code: message.verifyCode, minutes, application }
}

/** The values of numbered parameters, in their order; those that the message does not have are left out. */
export function orderedValues(parameters: readonly MessageValue[], message: Message): string[] {
  const values = valuesOf(message)
  return parameters.map((name) => values[name]).filter((value) => value !== undefined)
}

/** The values of named parameters as the JSON object that such vendors want. */
export function namedValues(parameters: Readonly<Record<string, MessageValue>>, message: Message): string {
  const values = valuesOf(message)
  return JSON.stringify(
    Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, values[value]])),
  )
}
