import { type Budget, type Charge, networkOf } from '../platform/limits/index.ts'
import { type Address, mailboxOf } from '../users/index.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** How many codes may go out. All of them are taken before a message leaves, or none is. */
export interface SendBudgets {
  /** Per mailbox or number, whatever it is spelled like. */
  readonly destination: Budget
  /** Per IPv4 address or IPv6 /64. Mobile carriers put thousands behind one, hence the height. */
  readonly ip: Budget | undefined
  /** Per first seven digits of a number: pumping runs through neighbouring numbers. */
  readonly prefix: Budget | undefined
  readonly application: Budget
  /** All messages of this deployment: what a bad day may cost. */
  readonly deployment: Budget
}

export const productionSendBudgets: Readonly<Record<keyof SendBudgets, Budget>> = {
  destination: {
    name: 'send to destination',
    grainMs: 1,
    limits: [
      { max: 1, perMs: MINUTE_MS },
      { max: 5, perMs: HOUR_MS },
      { max: 10, perMs: DAY_MS },
    ],
  },
  ip: {
    name: 'send from ip',
    grainMs: 10 * MINUTE_MS,
    limits: [
      { max: 300, perMs: HOUR_MS },
      { max: 2000, perMs: DAY_MS },
    ],
  },
  prefix: {
    name: 'send to prefix',
    grainMs: MINUTE_MS,
    limits: [{ max: 100, perMs: HOUR_MS }],
  },
  application: {
    name: 'send for application',
    grainMs: MINUTE_MS,
    limits: [{ max: 1000, perMs: HOUR_MS }],
  },
  deployment: {
    name: 'send for deployment',
    grainMs: 15 * MINUTE_MS,
    limits: [{ max: 10_000, perMs: DAY_MS }],
  },
}

/** In development one person tries things at one machine: nothing per IP or prefix, and five seconds between codes. */
export const developmentSendBudgets: SendBudgets = {
  ...productionSendBudgets,
  destination: {
    name: 'send to destination',
    grainMs: 1,
    limits: [{ max: 1, perMs: 5 * SECOND_MS }],
  },
  ip: undefined,
  prefix: undefined,
}

/** Half as much per IP: while codes are thrown away and no check of people is wanted. */
export function lessPerIp(budgets: SendBudgets): SendBudgets {
  const { ip } = budgets
  if (ip === undefined) return budgets
  const limits = ip.limits.map(({ max, perMs }) => ({ max: Math.ceil(max / 2), perMs }))
  return { ...budgets, ip: { ...ip, limits } }
}

/**
 * Failed guesses at the codes of one address, across codes, purposes and applications: 20 in a day, and
 * 100 in a row, which only a right code ends.
 *
 * @see NIST SP 800-63B-4, section 3.2.2: no more than 100 consecutive failed attempts
 */
export const guessBudget: Budget = {
  name: 'guess codes of destination',
  grainMs: 1,
  limits: [{ max: 20, perMs: DAY_MS }],
  inARow: { max: 100, forgottenAfterMs: 30 * DAY_MS },
}

/** Guesses at one code before it is dead, right or not. */
export const MAX_ATTEMPTS = 5

/** How long a code is good. A mail may take minutes to arrive; never more than ten. */
export const codeLifetimeMs = { sms: 5 * MINUTE_MS, email: 10 * MINUTE_MS } as const

export interface SendFrom {
  readonly ip: string
  readonly clientId: string
}

/** @returns what one message costs */
export function chargesOf(budgets: SendBudgets, address: Address, from: SendFrom): Charge[] {
  return [
    { budget: budgets.destination, key: `${address.channel} ${mailboxOf(address)}` },
    ...(budgets.ip === undefined ? [] : [{ budget: budgets.ip, key: networkOf(from.ip) }]),
    ...(budgets.prefix === undefined || address.channel !== 'sms'
      ? []
      : [{ budget: budgets.prefix, key: prefixOf(address) }]),
    { budget: budgets.application, key: from.clientId },
    { budget: budgets.deployment, key: 'all' },
  ]
}

/** `+86-1380013`: area code and seven digits. */
function prefixOf(address: Address): string {
  const [areaCode = '', number = ''] = address.value.split('-')
  return `${areaCode}-${number.slice(0, 7)}`
}
