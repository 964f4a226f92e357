import type { Budget, Charge, Limit } from '../platform/limits/index.ts'
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

/** So many entries at most are kept of one key where moments are told apart exactly. */
const MAX_EXACT = 200
/** Where more are counted; six entries for the shortest of its times are then a bearable row. */
const MAX_TIMES_APART = 1_500

/** Whether these can be counted together in one row, none of them more than a sixth too strictly. */
export function isCountable(limits: readonly Limit[]): boolean {
  return isExact(limits) || longestOf(limits) <= shortestOf(limits) * MAX_TIMES_APART
}

/** The same budget, which shares its count with the other, with limits that an operator set. */
export function withLimits(budget: Budget, limits: readonly Limit[]): Budget {
  const grainMs = isExact(limits) ? 1 : Math.ceil(shortestOf(limits) / 6)
  return { ...budget, limits, grainMs }
}

function isExact(limits: readonly Limit[]): boolean {
  return limits.every(({ max }) => max <= MAX_EXACT)
}

function shortestOf(limits: readonly Limit[]): number {
  return Math.min(...limits.map(({ perMs }) => perMs))
}

function longestOf(limits: readonly Limit[]): number {
  return Math.max(...limits.map(({ perMs }) => perMs))
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

/** One IPv4 address, or the /64 that one IPv6 customer has. An IPv4 address inside IPv6 is that IPv4 address. */
export function networkOf(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1]
  if (mapped !== undefined) return mapped
  if (!ip.includes(':')) return ip
  const [head = '', tail] = (ip.split('%')[0] ?? '').toLowerCase().split('::')
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  const middle = tail === undefined ? [] : Array.from({ length: 8 - front.length - back.length }, () => '0')
  const groups = [...front, ...middle, ...back]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
  return `${groups.join(':')}::/64`
}
