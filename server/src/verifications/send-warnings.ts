import type { ConfiguredGateway, Gateways } from '../messages/index.ts'
import type { Db } from '../platform/db/index.ts'
import { readPolicy } from '../platform/policy/index.ts'
import { type Money, printMoney } from '../platform/text-forms/money.ts'
import { raisedLimitsOf, sendPolicy } from './send-policy.ts'

/** @returns what an operator should know about sending as it is configured, in sentences for the log at start */
export async function listSendWarnings(db: Db, gateways: Gateways): Promise<string[]> {
  const policy = await readPolicy(db, sendPolicy)
  return gateways.use(async (configured) => [
    ...(configured.length === 0
      ? ['no gateway for SMS or email is configured: nobody can prove an address']
      : []),
    ...pricedOtherwise(configured, policy.spend_per_day),
    ...raisedLimitsOf(policy),
  ])
}

function pricedOtherwise(gateways: readonly ConfiguredGateway[], perDay: Money | undefined): string[] {
  if (perDay === undefined) return []
  return gateways
    .filter(({ price }) => price !== undefined && price.currency !== perDay.currency)
    .map(
      ({ name, price }) =>
        `the gateway ${name} is not used: its price is in ${price?.currency}, and sending.spend_per_day is ${printMoney(perDay)}`,
    )
}
