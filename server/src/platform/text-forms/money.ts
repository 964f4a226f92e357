import { z } from 'zod'

/** An amount in millionths of the currency's unit: a message costs fractions of a cent. */
export interface Money {
  readonly micros: number
  /** Three capitals, as ISO 4217 has them. */
  readonly currency: string
}

const MONEY = /^(?<units>\d{1,9})(?:\.(?<fraction>\d{1,6}))? (?<currency>[A-Z]{3})$/
const MICROS_PER_UNIT = 1_000_000

/** @returns `undefined` for what is not written like `0.045 CNY` */
function parseMoney(text: string): Money | undefined {
  const { units, fraction = '', currency } = MONEY.exec(text.trim())?.groups ?? {}
  if (units === undefined || currency === undefined) return undefined
  return { micros: Number(units) * MICROS_PER_UNIT + Number(fraction.padEnd(6, '0')), currency }
}

export function printMoney({ micros, currency }: Money): string {
  const fraction = String(micros % MICROS_PER_UNIT)
    .padStart(6, '0')
    .replace(/0+$/, '')
  const units = Math.floor(micros / MICROS_PER_UNIT)
  return `${units}${fraction === '' ? '' : `.${fraction}`} ${currency}`
}

const moneyObject = z.custom<Money>((value) => typeof value === 'object')

/** An amount of money as it is written in a configuration file. */
export const money = z.codec(z.string().meta({ title: 'an amount such as "0.045 CNY"' }), moneyObject, {
  decode(text, { issues }) {
    const parsed = parseMoney(text)
    if (parsed !== undefined) return parsed
    issues.push({
      code: 'custom',
      input: text,
      message: 'must be an amount with at most six decimals and a currency, such as "0.045 CNY"',
    })
    return z.NEVER
  },
  encode: printMoney,
})
