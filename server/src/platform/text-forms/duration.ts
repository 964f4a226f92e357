import { z } from 'zod'

/** The largest first, each with its length in milliseconds. */
const UNITS = [
  ['day', 24 * 60 * 60 * 1000],
  ['hour', 60 * 60 * 1000],
  ['minute', 60 * 1000],
  ['second', 1000],
] as const

const DURATION =
  /^(?<count>[1-9]\d{0,8}) ?(?:(?<day>d|days?)|(?<hour>h|hours?)|(?<minute>min|minutes?)|s|seconds?)$/

/** @returns milliseconds; `undefined` for what is not written like `5 days`, `24h`, `10 minutes`, `90s` */
export function parseDuration(text: string): number | undefined {
  const groups = DURATION.exec(text.trim())?.groups
  if (groups === undefined) return undefined
  const unit = UNITS.find(([name]) => groups[name] !== undefined)?.[1] ?? 1000
  return Number(groups['count']) * unit
}

/** @param ms whole seconds */
export function printDuration(ms: number): string {
  const [name, unitMs] = UNITS.find(([, length]) => ms % length === 0) ?? ['second', 1000]
  const count = ms / unitMs
  return `${count} ${name}${count === 1 ? '' : 's'}`
}

/** A length of time as it is written in a configuration file; milliseconds inside. */
export const duration = z.codec(
  z.string().meta({ title: 'a length of time such as "5 days" or "24h"' }),
  z.number(),
  {
    decode(text, { issues }) {
      const ms = parseDuration(text)
      if (ms !== undefined) return ms
      issues.push({
        code: 'custom',
        input: text,
        message: 'must be a length of time such as "5 days" or "24h"',
      })
      return z.NEVER
    },
    encode: printDuration,
  },
)
