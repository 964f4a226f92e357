import { z } from 'zod'
import type { Db } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import {
  type AttributeName,
  attributeNames,
  loadAttributes,
  loadProfile,
  readAttributeRules,
  type User,
} from '../users/index.ts'

const text = z.string()

/** Everything that a user has told of himself, in the names of the wire. */
export const ownProfile = z.object({
  user_name: text,
  name: text,
  /** `+86-…` */
  mobile: text,
  email: text,
  head_img: text,
  attr_gender: text,
  attr_birthday: text,
  attr_nick_name: text,
  mailing_address: text,
  zip_code: text,
  first_name: text,
  middle_name: text,
  last_name: text,
  industry: text,
  /** Custom attributes that he has; a number, a switch and a list of texts as JSON has them. */
  extension: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])),
} satisfies Record<AttributeName | 'user_name' | 'name' | 'mobile' | 'email' | 'extension', z.ZodType>)

/** What the user himself may read. Of his custom attributes those that are defined at present. */
export async function loadOwnProfile(
  { db, vault }: { readonly db: Db; readonly vault: Vault },
  user: User,
): Promise<z.infer<typeof ownProfile>> {
  const { userName, name, mobile, email } = await loadProfile(db, vault, user)
  const { builtIn, extension } = await loadAttributes(db, vault, user.id)
  const { custom } = await readAttributeRules(db)
  return ownProfile.parse({
    user_name: userName,
    name,
    mobile,
    email,
    ...Object.fromEntries(attributeNames.map((attribute) => [attribute, builtIn[attribute] ?? ''])),
    extension: Object.fromEntries(Object.entries(extension).filter(([key]) => Object.hasOwn(custom, key))),
  })
}
