import { z } from 'zod'
import type { FieldName } from './attribute-rules.ts'

/** A text of a person's own. Unlike other texts it may be empty: then it says nothing. */
const ownText = z
  .string()
  .overwrite((text) => text.replace(/^ +| +$/g, ''))
  .max(1024)
  .optional()

/** What a person may say of himself in a call that registers him, or changes what he said. */
export const givenAttributes = z.object({
  user_name: ownText,
  name: ownText,
  head_img: ownText,
  attr_gender: ownText,
  attr_birthday: ownText,
  attr_nick_name: ownText,
  mailing_address: ownText,
  zip_code: ownText,
  first_name: ownText,
  middle_name: ownText,
  last_name: ownText,
  industry: ownText,
  /** Custom attributes, by the names that the operator defined. */
  extension: z.record(z.string(), z.unknown()).optional(),
} satisfies Record<FieldName | 'extension', z.ZodType>)
