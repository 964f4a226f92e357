import { hasSecondFactor, type RemovedFactors, removeFactors } from '../credentials/index.ts'
import { inTransaction, takeTurns } from '../platform/db/index.ts'
import { afterFactorChange, shutOut } from '../sign-in/index.ts'
import { listVerifiedAddressesOf, type User } from '../users/index.ts'
import { findMeantUser, type OperatorDeps } from './find-user.ts'

const BY_OPERATOR = { because: 'all of them, by an operator on the command line' }

/** What a reset came to. */
export interface FactorReset extends RemovedFactors {
  readonly user: User
}

/**
 * Removes every second factor of a user who has lost them. Whoever is in as him, or on the way in, is out: it may be
 * somebody else for whom the operator was called. If there was anything to remove the user is told, at all of his
 * addresses.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {StartError} when there is no such user
 */
export async function resetFactors(deps: OperatorDeps, text: string, now: number): Promise<FactorReset> {
  const { db, vault } = deps
  const user = await findMeantUser(deps, text)
  return inTransaction(db, async (tx) => {
    await takeTurns(tx, [`user ${user.id}`])
    const hadAny = await hasSecondFactor(tx, user.id)
    const removed = await removeFactors(tx, vault, user.id)
    const addresses = await listVerifiedAddressesOf(tx, vault, user.id)
    await shutOut(tx, vault, { userId: user.id, addresses, by: BY_OPERATOR }, now)
    if (!hadAny) return { user, ...removed }
    const told = { application: undefined, language: 'zh' } as const
    const change = { userId: user.id, kind: 'factor_removed', by: BY_OPERATOR, told } as const
    await afterFactorChange(tx, vault, change, now)
    return { user, ...removed }
  })
}
