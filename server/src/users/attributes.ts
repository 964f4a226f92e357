import { z } from 'zod'
import type { Db, Tx } from '../platform/db/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { findSealed, sealContext, setSealed } from './user-attributes.store.ts'

/** The attributes that every deployment knows, beyond user name and name, as they are called on the wire. */
export const attributeNames = [
  'head_img',
  'attr_gender',
  'attr_birthday',
  'attr_nick_name',
  'mailing_address',
  'zip_code',
  'first_name',
  'middle_name',
  'last_name',
  'industry',
] as const

export type AttributeName = (typeof attributeNames)[number]

export type CustomValue = string | number | boolean | readonly string[]

/** What a user says of himself. What he has not said is not there; an empty text never is. */
export interface UserAttributes {
  readonly builtIn: Readonly<Partial<Record<AttributeName, string>>>
  /** By the names that the operator defined, those of definitions that are gone among them. */
  readonly extension: Readonly<Record<string, CustomValue>>
}

export const NO_ATTRIBUTES: UserAttributes = { builtIn: {}, extension: {} }

const stored = z.object({
  builtIn: z.partialRecord(z.enum(attributeNames), z.string()),
  extension: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])),
})

export async function loadAttributes(db: Db | Tx, vault: Vault, userId: string): Promise<UserAttributes> {
  const sealed = await findSealed(db, userId)
  return sealed === null ? NO_ATTRIBUTES : stored.parse(JSON.parse(vault.open(sealContext(userId), sealed)))
}

export async function saveAttributes(
  tx: Tx,
  vault: Vault,
  userId: string,
  attributes: UserAttributes,
): Promise<void> {
  const { builtIn, extension } = attributes
  const isEmpty = Object.keys(builtIn).length === 0 && Object.keys(extension).length === 0
  await setSealed(
    tx,
    userId,
    isEmpty ? null : vault.seal(sealContext(userId), JSON.stringify({ builtIn, extension })),
  )
}
