import { takeTurns, type Tx } from '../platform/db/index.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type FieldName, fieldNames, readAttributeRules } from './attribute-rules.ts'
import { loadAttributes, saveAttributes } from './attributes.ts'
import { changeProfile, fieldOf, type GivenAttributes } from './check-attributes.ts'
import { userRefusals } from './refusals.ts'
import { rename } from './user-attributes.store.ts'
import { find, findByName } from './user.store.ts'

/**
 * Changes what a user says of himself. The caller has the user's turn, so that no two changes of one user lose each
 * other.
 *
 * @returns the names of what is different now
 * @throws {Refusal} `userNameTaken`, and those of `changeProfile`
 */
export async function changeOwnProfile(
  tx: Tx,
  vault: Vault,
  userId: string,
  given: GivenAttributes,
): Promise<readonly (FieldName | 'extension')[]> {
  const user = await find(tx, userId)
  if (user === undefined) throw new Error(`user ${userId} is gone`)
  const { userName, name } = user
  const before = { userName, name, ...(await loadAttributes(tx, vault, userId)) }
  const after = { userName, ...changeProfile(await readAttributeRules(tx), before, given) }

  const changed = fieldNames.filter((field) => fieldOf(before, field) !== fieldOf(after, field))
  const isExtended = JSON.stringify(before.extension) !== JSON.stringify(after.extension)
  if (after.userName !== userName) {
    await takeTurns(tx, [`user name ${after.userName.toLowerCase()}`])
    const namesake = await findByName(tx, after.userName)
    if (namesake !== undefined && namesake.id !== userId) throw new Refusal(userRefusals.userNameTaken)
  }
  if (changed.includes('user_name') || changed.includes('name')) await rename(tx, userId, after)
  await saveAttributes(tx, vault, userId, after)
  return [...changed, ...(isExtended ? (['extension'] as const) : [])]
}
