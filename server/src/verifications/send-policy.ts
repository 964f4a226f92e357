import { z } from 'zod'
import { areaCode } from '../messages/index.ts'
import type { Db } from '../platform/db/index.ts'
import { type Limit, withLimits } from '../platform/limits/index.ts'
import { definePolicy, readSetFields } from '../platform/policy/index.ts'
import { printLimit } from '../platform/text-forms/limit.ts'
import { limitsFrom } from '../platform/text-forms/limit-list.ts'
import { money, type Money } from '../platform/text-forms/money.ts'
import { productionSendBudgets, type SendBudgets } from './budgets.ts'

const { destination, ip, prefix, application, deployment } = productionSendBudgets

/** Where codes may be sent to, how many of them, and for how much money. */
export const sendPolicy = definePolicy(
  'sending',
  z.strictObject({
    area_codes: z
      .array(areaCode)
      .prefault(['86'])
      .describe('Area codes that text messages may go to. No gateway is asked to send to any other one.'),
    per_destination: limitsFrom(
      destination,
      'Codes to one number or mailbox, whatever it is spelled like. Several at once may be bombing.',
    ),
    per_ip: limitsFrom(
      ip,
      'Codes asked for from one IPv4 address or IPv6 /64; mobile carriers put thousands behind one.',
    ),
    per_prefix: limitsFrom(
      prefix,
      'Text messages to numbers that share area code and first seven digits: pumping runs through neighbours.',
    ),
    per_application: limitsFrom(application, 'Codes that one application may have sent.'),
    per_deployment: limitsFrom(deployment, 'Codes that all applications together may have sent.'),
    spend_per_day: money
      .optional()
      .describe(
        'What messages may cost in any 24 hours, such as "500 CNY". A gateway with a price in another currency is then not used; one without a price costs nothing here. Absent: no such limit.',
      ),
  }),
)

export type SendPolicy = z.output<typeof sendPolicy.schema>

/** The lists of limits, each with the budget that it is about. */
const listed = {
  per_destination: 'destination',
  per_ip: 'ip',
  per_prefix: 'prefix',
  per_application: 'application',
  per_deployment: 'deployment',
} as const satisfies Record<string, keyof SendBudgets>

type LimitField = keyof typeof listed

export interface SendRulesDeps {
  readonly db: Db
  /** What holds where the policy sets nothing. */
  readonly sendBudgets: SendBudgets
}

/** What holds for sending at this moment. */
export interface SendRules {
  readonly areaCodes: readonly string[]
  readonly budgets: SendBudgets
  readonly spendPerDay: Money | undefined
}

/** Reads the policy anew: what an operator changes counts at the next send, on every instance. */
export async function readSendRules({ db, sendBudgets }: SendRulesDeps): Promise<SendRules> {
  const set = await readSetFields(db, sendPolicy)
  const policy = sendPolicy.schema.parse(set)
  const budgetFor = <Field extends LimitField>(field: Field) =>
    field in set
      ? withLimits(productionSendBudgets[listed[field]], policy[field])
      : sendBudgets[listed[field]]
  return {
    areaCodes: policy.area_codes,
    spendPerDay: policy.spend_per_day,
    budgets: {
      destination: budgetFor('per_destination'),
      ip: budgetFor('per_ip'),
      prefix: budgetFor('per_prefix'),
      application: budgetFor('per_application'),
      deployment: budgetFor('per_deployment'),
    },
  }
}

/** How long after one code the next one to the same destination may be asked for, in milliseconds. */
export async function readResendMs(deps: SendRulesDeps): Promise<number> {
  const { budgets } = await readSendRules(deps)
  const single = budgets.destination.limits.filter(({ max }) => max === 1)
  return Math.max(0, ...single.map(({ perMs }) => perMs))
}

/** @returns a sentence for each list that lets more through than the defaults */
export function raisedLimitsOf(policy: SendPolicy): string[] {
  const fields = Object.keys(listed) as LimitField[]
  return fields
    .map((field) => ({ field, now: policy[field], usual: productionSendBudgets[listed[field]].limits }))
    .filter(({ now, usual }) => !usual.every((each) => isHeldBy(now, each)))
    .map(
      ({ field, now, usual }) =>
        `sending.${field} allows more than is usual: ${inWords(now)} instead of ${inWords(usual)}`,
    )
}

/** In a time as long as the usual one, the other limit can be filled so many times. */
function isHeldBy(limits: readonly Limit[], usual: Limit): boolean {
  return limits.some(({ max, perMs }) => max * Math.ceil(usual.perMs / perMs) <= usual.max)
}

function inWords(limits: readonly Limit[]): string {
  return limits.map(printLimit).join(', ')
}
