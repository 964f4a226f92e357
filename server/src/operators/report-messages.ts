import { type AttemptCount, countAttemptsSince, countNoticesSince } from '../messages/index.ts'
import type { Db } from '../platform/db/index.ts'
import { printMoney } from '../platform/text-forms/money.ts'

/** Reasons that are shown of each gateway. */
const MAX_REASONS = 5

/**
 * Tells what was attempted at each gateway since then, and below it why messages did not go out, the
 * commonest reason first. What may have gone out costs as if it had.
 *
 * @param since milliseconds since the Unix epoch
 * @returns lines; none when nothing was attempted
 */
export async function reportMessages(db: Db, since: number): Promise<string[]> {
  const counts = await countAttemptsSince(db, since)
  const byGateway = Map.groupBy(counts, ({ gateway, channel }) => `${gateway} (${channel})`)
  return [
    ...[...byGateway]
      .toSorted(byName)
      .flatMap(([gateway, own]) => [summaryOf(gateway, own), ...reasonsIn(own)]),
    ...(await reportUnsentNotices(db, since)),
  ]
}

/** Notices that never came to a gateway are in no gateway's count. */
async function reportUnsentNotices(db: Db, since: number): Promise<string[]> {
  const counts = await countNoticesSince(db, since)
  const unsent = counts
    .filter(({ result }) => result === 'dropped')
    .toSorted((one, other) => other.notices - one.notices)
  if (unsent.length === 0) return []
  const sum = unsent.reduce((all, { notices }) => all + notices, 0)
  return [`notices not sent: ${sum}`, ...unsent.map(({ notices, because }) => `  ${notices}: ${because}`)]
}

function summaryOf(gateway: string, counts: readonly AttemptCount[]): string {
  const results = ['sent', 'failed', 'unknown'].map((result) => {
    const of = counts.filter((count) => count.result === result)
    return `${of.reduce((sum, { attempts }) => sum + attempts, 0)} ${result}`
  })
  const costs = costsOf(counts)
  return `${gateway}: ${results.join(', ')}${costs.length === 0 ? '' : `; ${costs.join(', ')}`}`
}

/** One amount for each currency. */
function costsOf(counts: readonly AttemptCount[]): string[] {
  const costs = counts.map(({ cost }) => cost).filter((cost) => cost !== undefined)
  const byCurrency = Map.groupBy(costs, ({ currency }) => currency)
  return [...byCurrency].toSorted(byName).map(([currency, amounts]) => {
    const micros = amounts.reduce((sum, amount) => sum + amount.micros, 0)
    return printMoney({ micros, currency })
  })
}

function reasonsIn(counts: readonly AttemptCount[]): string[] {
  return counts
    .filter(({ because }) => because !== null)
    .toSorted((one, other) => other.attempts - one.attempts)
    .slice(0, MAX_REASONS)
    .map(({ attempts, result, because }) => `  ${attempts} ${result}: ${because}`)
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1
}
