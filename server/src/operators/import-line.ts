import { z } from 'zod'
import { groupName } from '../applications/index.ts'
import { parseImportedHash } from '../credentials/index.ts'
import { Refusal } from '../platform/refusal.ts'
import {
  type Address,
  attributeNames,
  type AttributeRules,
  checkImported,
  isUserName,
  type NewUser,
  parseEmail,
  parseMobile,
} from '../users/index.ts'

/** A user to be, the groups that he is in, and the hash of the password that he had elsewhere. */
export type ImportLine = NewUser & { readonly passwordHash?: string; readonly groups?: readonly string[] }

/** `"13800138000"` is an address that finds nobody until its user proves it; the object can say that he has. */
const importedAddress = z
  .union(
    [
      z.string().transform((value) => ({ value, verified: false })),
      z.strictObject({ value: z.string(), verified: z.boolean() }),
    ],
    { error: 'must be text, or {"value": text, "verified": true or false}' },
  )
  .optional()

const importedHash = z.string().superRefine((text, { addIssue }) => {
  const parsed = parseImportedHash(text)
  if (typeof parsed === 'string') addIssue(parsed)
})

const importedUser = z.strictObject({
  user_name: z
    .string()
    .refine(isUserName, 'is shaped like an address, or holds characters that a user name may not')
    .optional(),
  name: z.string().max(256).optional(),
  mobile: importedAddress,
  email: importedAddress,
  ...Object.fromEntries(attributeNames.map((attribute) => [attribute, z.string().optional()])),
  extension: z.record(z.string(), z.unknown()).optional(),
  groups: z.array(groupName).optional(),
  password: z.strictObject({ hash: importedHash }).optional(),
})

/**
 * Reads one line of an import file:
 * `{"user_name":"li","name":"Li","mobile":{"value":"13800138000","verified":true},"email":"li@example.com"}`.
 *
 * The attributes beside them are called as in the calls of a user, custom ones stand in `extension`.
 *
 * A line must hold something that is one user's only, so that importing it again finds the same user.
 *
 * @returns the user; nothing for an empty line; or in words what is wrong with the line
 */
export async function parseImportLine(
  text: string,
  rules: AttributeRules,
): Promise<ImportLine | string | undefined> {
  if (text.trim() === '') return undefined
  // What a decoder puts in the place of bytes that are not UTF-8: the names would come out garbled.
  if (text.includes('\uFFFD')) return 'not UTF-8'
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return 'not JSON'
  }
  const parsed = importedUser.safeParse(json)
  if (!parsed.success) return parsed.error.issues.map(inWords).join('; ')

  const { mobile, email, password, groups, ...given } = parsed.data
  const { user_name: userName, name, extension = {} } = given
  const unknown = Object.keys(extension).find((attribute) => !Object.hasOwn(rules.custom, attribute))
  if (unknown !== undefined) return `extension.${unknown}: no such custom attribute`
  let attributes
  const addresses: { address: Address; isVerified: boolean }[] = []
  try {
    attributes = checkImported(rules, given)
    if (mobile) addresses.push({ address: await parseMobile(mobile.value), isVerified: mobile.verified })
    if (email) addresses.push({ address: parseEmail(email.value), isVerified: email.verified })
  } catch (error) {
    if (error instanceof Refusal) return error.text('en')
    throw error
  }
  if (userName === undefined && !addresses.some((address) => address.isVerified)) {
    return 'neither a user_name nor a verified address'
  }
  return {
    addresses,
    attributes,
    ...(userName !== undefined && { userName }),
    ...(name !== undefined && { name }),
    ...(groups !== undefined && { groups }),
    ...(password !== undefined && { passwordHash: password.hash }),
  }
}

function inWords({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`
}
