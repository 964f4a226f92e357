import { z } from 'zod'
import type { Limit } from '../limits/index.ts'
import { parseDuration, printDuration } from './duration.ts'

const LIMIT = /^(?<max>\d{1,9}) per (?<count>\d+ ?)?(?<unit>[a-z]+)$/

/** What is spent must be kept as long. */
const LONGEST_MS = 31 * 24 * 60 * 60 * 1000

/** @returns `undefined` for what is not written like `10 per 24h` or `1 per minute`, with at most 31 days */
function parseLimit(text: string): Limit | undefined {
  const { max, count = '1 ', unit = '' } = LIMIT.exec(text.trim())?.groups ?? {}
  const perMs = parseDuration(`${count}${unit}`)
  return max === undefined || perMs === undefined || perMs > LONGEST_MS
    ? undefined
    : { max: Number(max), perMs }
}

export function printLimit({ max, perMs }: Limit): string {
  return `${max} per ${printDuration(perMs).replace(/^1 /, '')}`
}

const limitObject = z.custom<Limit>((value) => typeof value === 'object')

/** How often something may happen, as it is written in a configuration file. */
export const limit = z.codec(z.string().meta({ title: 'a limit such as "10 per 24h"' }), limitObject, {
  decode(text, { issues }) {
    const parsed = parseLimit(text)
    if (parsed !== undefined) return parsed
    issues.push({
      code: 'custom',
      input: text,
      message: 'must be a number and a time of at most 31 days, such as "10 per 24h" or "1 per minute"',
    })
    return z.NEVER
  },
  encode: printLimit,
})
