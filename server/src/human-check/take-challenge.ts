import { type Db, inTransaction } from '../platform/db/index.ts'
import { networkOf, type NoRoom, takeAll } from '../platform/limits/index.ts'
import { Refusal } from '../platform/refusal.ts'
import type { Vault } from '../platform/vault/vault.ts'
import type { HumanCheckDefaults } from './budgets.ts'
import { humanCheckRefusals } from './refusals.ts'

/**
 * Pays for one challenge, before anything is drawn or derived.
 *
 * @throws {Refusal} `tooManyChecks`
 */
export async function takeChallenge(
  deps: { readonly db: Db; readonly vault: Vault; readonly humanCheck: HumanCheckDefaults },
  ip: string,
  now: number,
): Promise<void> {
  const budget = deps.humanCheck.challenges
  if (budget === undefined) return
  const noRoom = await inTransaction(deps.db, (tx) =>
    takeAll(tx, deps.vault, [{ budget, key: networkOf(ip) }], now),
  )
  if (noRoom !== undefined) throw tooManyChecks(noRoom)
}

export function tooManyChecks({ budgetName, waitMs }: NoRoom): Refusal {
  return new Refusal(humanCheckRefusals.tooManyChecks, {
    because: `no room in the budget "${budgetName}"`,
    retryAfterSeconds: waitMs / 1000,
  })
}
