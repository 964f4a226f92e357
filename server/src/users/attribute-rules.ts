import { z } from 'zod'
import type { Db, Tx } from '../platform/db/index.ts'
import { definePolicy, readPolicy } from '../platform/policy/index.ts'
import { type AttributeName, attributeNames } from './attributes.ts'
import { compilePattern, PatternError } from './pattern.ts'

/** What a user may tell of himself in a call: the built-in attributes, and what they are called by. */
export const fieldNames = ['user_name', 'name', ...attributeNames] as const

export type FieldName = 'user_name' | 'name' | AttributeName

const pattern = z.string().superRefine((text, context) => {
  try {
    compilePattern(text)
  } catch (error) {
    if (!(error instanceof PatternError)) throw error
    context.addIssue({ code: 'custom', message: error.message })
  }
})

const wholeText = 'A regular expression that the whole text fits.'

const rule = z
  .strictObject({
    required: z
      .boolean()
      .default(false)
      .describe('Whether nobody registers without it, and nobody who has it empties it.'),
    pattern: pattern.optional().describe(`${wholeText} Absent: any text.`),
  })
  .optional()

/** What the built-in attributes of a user must be like. */
export const attributePolicy = definePolicy(
  'user_attributes',
  z.strictObject({
    user_name: rule,
    name: rule,
    head_img: rule,
    attr_gender: rule,
    attr_birthday: rule,
    attr_nick_name: rule,
    mailing_address: rule,
    zip_code: rule,
    first_name: rule,
    middle_name: rule,
    last_name: rule,
    industry: rule,
  } satisfies Record<FieldName, typeof rule>),
)

/** What a custom attribute may be called. */
export const customAttributeName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, 'must be a letter and up to 63 letters, digits and underscores')

/** An attribute that the operator defines; it stands in `extension`. */
export const customAttribute = z
  .strictObject({
    type: z
      .enum(['text', 'number', 'switch', 'texts'])
      .describe('What its values are: a text, a number, `true` or `false`, a list of texts.'),
    required: z
      .boolean()
      .default(false)
      .describe('Whether nobody registers without it, and nobody who has it empties it.'),
    pattern: pattern.optional().describe(`${wholeText} For texts; each text of a list. Absent: any text.`),
    max_length: z
      .int()
      .min(1)
      .max(1024)
      .default(256)
      .describe('Characters of a text, or of each text of a list, at most.'),
    editable: z.boolean().default(true).describe('Whether the user sets it himself.'),
  })
  .refine(({ type, pattern: given }) => given === undefined || type === 'text' || type === 'texts', {
    path: ['pattern'],
    message: 'is for a text or a list of texts',
  })
  .refine(({ required, editable }) => editable || !required, {
    path: ['required'],
    message: 'must not be true where the user does not set it himself',
  })

export type CustomAttribute = z.output<typeof customAttribute>

/** Kept as a policy; in the configuration file each attribute is an object with its name. */
export const customAttributes = definePolicy(
  'custom_attributes',
  z.object({ attributes: z.record(z.string(), customAttribute).default({}) }),
)

/** What holds for attributes at this moment. */
export interface AttributeRules {
  readonly builtIn: z.output<typeof attributePolicy.schema>
  readonly custom: Readonly<Record<string, CustomAttribute>>
}

export async function readAttributeRules(db: Db | Tx): Promise<AttributeRules> {
  return {
    builtIn: await readPolicy(db, attributePolicy),
    custom: (await readPolicy(db, customAttributes)).attributes,
  }
}
