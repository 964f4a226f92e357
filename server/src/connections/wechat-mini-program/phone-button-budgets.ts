import { type Budget, type Charge, networkOf } from '../../platform/limits/index.ts'

const MINUTE_MS = 60 * 1_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** How many numbers WeChat may be asked for: it takes money for each that it gives. */
export interface PhoneButtonBudgets {
  /** Per IPv4 address or IPv6 /64. Mobile carriers put thousands behind one, hence the height. */
  readonly ip: Budget | undefined
  readonly application: Budget
}

/** As many as messages may be sent. At WeChat's list price a day of one application costs 300 yuan at most. */
export const productionPhoneButtonBudgets: PhoneButtonBudgets = {
  ip: {
    name: 'phone button from ip',
    grainMs: 10 * MINUTE_MS,
    limits: [
      { max: 300, perMs: HOUR_MS },
      { max: 2000, perMs: DAY_MS },
    ],
  },
  application: {
    name: 'phone button for application',
    grainMs: 15 * MINUTE_MS,
    limits: [
      { max: 1000, perMs: HOUR_MS },
      { max: 10_000, perMs: DAY_MS },
    ],
  },
}

/** In development one person tries things at one machine: nothing per IP. */
export const developmentPhoneButtonBudgets: PhoneButtonBudgets = {
  ...productionPhoneButtonBudgets,
  ip: undefined,
}

export interface PhoneButtonCharges {
  readonly all: readonly Charge[]
  /** The one that a code which WeChat refuses gets back: it costs nothing there. */
  readonly application: Charge
}

/** @returns what asking for one number costs */
export function phoneButtonCharges(
  budgets: PhoneButtonBudgets,
  from: { readonly ip: string; readonly clientId: string },
): PhoneButtonCharges {
  const application = { budget: budgets.application, key: from.clientId }
  const ip = budgets.ip === undefined ? [] : [{ budget: budgets.ip, key: networkOf(from.ip) }]
  return { all: [...ip, application], application }
}
