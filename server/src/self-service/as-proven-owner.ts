import { hasSecondFactor } from '../credentials/index.ts'
import { type Db, inTransaction, takeTurns, type Tx } from '../platform/db/index.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { holdSession, sessionRefusals } from '../sessions/index.ts'
import { afterFactorChange, type FactorChangeKind } from '../sign-in/index.ts'
import { byOwner, type Owner, requireProvenOwner } from './owner.ts'

/**
 * Changes the second factors of whoever has just proved that he is their user, in one transaction, about which nothing
 * else decides for him at the same time.
 *
 * @param now milliseconds since the Unix epoch
 * @throws {Refusal} `signInAgain`, `signInWithSecondFactor`, `idTokenRefused`
 */
export function asProvenOwner<Result>(
  db: Db,
  owner: Owner,
  now: number,
  act: (tx: Tx) => Promise<Result>,
): Promise<Result> {
  const { user, session } = owner
  return inTransaction(db, async (tx) => {
    await takeTurns(tx, [`user ${user.id}`])
    if (!(await holdSession(tx, session.id, now))) throw new Refusal(sessionRefusals.idTokenRefused)
    requireProvenOwner(owner, await hasSecondFactor(tx, user.id), now)
    return act(tx)
  })
}

/** What follows from a change of them. */
export function followUp(
  tx: Tx,
  vault: Vault,
  owner: Owner,
  kind: FactorChangeKind,
  because: string,
  now: number,
): Promise<void> {
  const { user, application, language } = owner
  const change = {
    userId: user.id,
    kind,
    by: { ...byOwner(owner), because },
    told: { application, language },
  }
  return afterFactorChange(tx, vault, change, now)
}
