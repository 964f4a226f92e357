import type { ConfiguredGateway } from '../messages/index.ts'
import type { Budget, Charge } from '../platform/limits/index.ts'
import type { Money } from '../platform/text-forms/money.ts'

const MINUTE_MS = 60 * 1000
const DAY_MS = 24 * 60 * MINUTE_MS

/**
 * Those that a limit on money can be held with: the rate between two currencies is not known here, so a
 * gateway with a price in another one is not used.
 */
export function affordable(
  candidates: readonly ConfiguredGateway[],
  perDay: Money | undefined,
): readonly ConfiguredGateway[] {
  if (perDay === undefined) return candidates
  return candidates.filter(({ price }) => price === undefined || price.currency === perDay.currency)
}

/** @returns what one message may cost at most, where money is limited and a price is known */
export function spendCharges(candidates: readonly ConfiguredGateway[], perDay: Money | undefined): Charge[] {
  const dearest = Math.max(0, ...candidates.map(({ price }) => price?.micros ?? 0))
  if (perDay === undefined || dearest === 0) return []
  return [{ budget: budgetFor(perDay), key: perDay.currency, amount: dearest }]
}

/** In millionths of the currency's unit. */
function budgetFor(perDay: Money): Budget {
  return {
    name: 'spend for messages',
    grainMs: 15 * MINUTE_MS,
    limits: [{ max: perDay.micros, perMs: DAY_MS }],
  }
}
