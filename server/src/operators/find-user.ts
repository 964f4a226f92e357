import type { Db } from '../platform/db/index.ts'
import { Refusal } from '../platform/refusal.ts'
import { StartError } from '../platform/start-error.ts'
import type { Vault } from '../platform/vault/vault.ts'
import {
  findByVerifiedAddress,
  findUser,
  findUserByName,
  parseEmail,
  parseMobile,
  type User,
} from '../users/index.ts'

export interface OperatorDeps {
  readonly db: Db
  readonly vault: Vault
}

/**
 * Finds the user that an operator means: by id, user name, or verified mobile or email.
 *
 * @throws {StartError} when there is none
 */
export async function findMeantUser(deps: OperatorDeps, text: string): Promise<User> {
  const user =
    (await findUser(deps.db, text)) ??
    (await findUserByName(deps.db, text)) ??
    (await findByAddress(deps, text))
  if (user === undefined)
    throw new StartError(`there is no user with this id, name or verified address: ${text}`)
  return user
}

async function findByAddress(deps: OperatorDeps, text: string): Promise<User | undefined> {
  try {
    const address = text.includes('@') ? parseEmail(text) : await parseMobile(text)
    return await findByVerifiedAddress(deps.db, deps.vault, address)
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}
