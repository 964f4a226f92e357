import { z } from 'zod'
import { isUserName } from './user-name.ts'
import type { CustomAttribute, FieldName } from './attribute-rules.ts'
import type { CustomValue } from './attributes.ts'

const MAX_LIST = 64

const text = (max: number) => z.string().max(max)

/**
 * What each attribute is like whatever the operator asks for. `unknow` is how clients of this family spell what a
 * person has not told; both spellings are taken.
 */
const forms = {
  user_name: z.string().refine(isUserName),
  name: text(256),
  /** Shown by others' apps, so nothing but a link to a picture. */
  head_img: text(1024).refine(isWebLink),
  attr_gender: z.preprocess(
    (value) => (value === 'unknown' ? 'unknow' : value),
    z.enum(['male', 'female', 'unknow']),
  ),
  /** `yyyy-MM-dd`, a day that the calendar has. */
  attr_birthday: z.iso.date(),
  attr_nick_name: text(128),
  mailing_address: text(512),
  zip_code: text(32),
  first_name: text(128),
  middle_name: text(128),
  last_name: text(128),
  industry: text(128),
} as const satisfies Record<FieldName, z.ZodType<string>>

/** @returns the one spelling of a value; `undefined` when it is none of this attribute */
export function formOfField(name: FieldName, value: string): string | undefined {
  const parsed = forms[name].safeParse(value)
  return parsed.success && !/\p{Cc}/u.test(parsed.data) ? parsed.data : undefined
}

/**
 * Reads a value of a custom attribute. Clients that keep everything as text send `"18"` and `"true"`.
 *
 * @returns `undefined` when it is none of this type
 */
export function formOfCustom(attribute: CustomAttribute, value: unknown): CustomValue | undefined {
  const parsed = customForms[attribute.type](attribute.max_length).safeParse(value)
  return parsed.success ? parsed.data : undefined
}

/** Whether a value says nothing: it empties the attribute. */
export function isEmptyValue(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

const plain = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => !/\p{Cc}/u.test(value))

const customForms = {
  text: plain,
  number: () =>
    z.union([
      z.number(),
      z
        .string()
        .regex(/^-?\d{1,15}(?:\.\d{1,6})?$/)
        .transform(Number),
    ]),
  switch: () => z.union([z.boolean(), z.enum(['true', 'false']).transform((value) => value === 'true')]),
  texts: (max: number) => z.array(plain(max).min(1)).max(MAX_LIST),
} as const satisfies Record<CustomAttribute['type'], (max: number) => z.ZodType<CustomValue>>

function isWebLink(value: string): boolean {
  return /^https?:\/\//i.test(value) && URL.canParse(value) && !/\s/.test(value)
}
