import type { Admission, ConfiguredGateway, NoticeMessage } from '../messages/index.ts'
import { inTransaction } from '../platform/db/index.ts'
import { takeAll } from '../platform/limits/index.ts'
import type { Vault } from '../platform/vault/vault.ts'
import { type AddressMark, areaCodeOf } from '../users/index.ts'
import { readSendRules, type SendRulesDeps } from './send-policy.ts'
import { affordable, spendCharges } from './spend.ts'
import { findTestCode } from './verification.store.ts'

/**
 * Holds a notice to the rules that codes are held to, as far as they are about where a message may go and what
 * messages may cost: area codes, test addresses, the money of a day. How many notices there are is counted where
 * they are queued.
 *
 * @param candidates the gateways that have the means for it
 * @param now milliseconds since the Unix epoch
 */
export async function admitNotice(
  deps: SendRulesDeps & { readonly vault: Vault },
  { to }: NoticeMessage,
  { index }: AddressMark,
  candidates: readonly ConfiguredGateway[],
  now: number,
): Promise<Admission> {
  const { areaCodes, spendPerDay } = await readSendRules(deps)
  if (to.channel === 'sms' && !areaCodes.includes(areaCodeOf(to))) {
    return { kind: 'never', because: 'the area code is not allowed' }
  }
  if ((await findTestCode(deps.db, index)) !== undefined) return { kind: 'never', because: 'a test address' }
  const gateways = affordable(candidates, spendPerDay)
  if (gateways.length === 0) return { kind: 'never', because: 'no gateway has a price in the currency' }
  const charges = spendCharges(gateways, spendPerDay)
  const noRoom = await inTransaction(deps.db, (tx) => takeAll(tx, deps.vault, charges, now))
  if (noRoom !== undefined) {
    return { kind: 'not now', because: `no room in the budget "${noRoom.budgetName}"` }
  }
  return { kind: 'admitted', gateways }
}
