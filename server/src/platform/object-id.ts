import { randomBytes } from 'node:crypto'

/**
 * An id in the form that clients of this API family know: `20220425140138519-BF1B-528B0551B`,
 * the UTC moment to the millisecond, then 52 random bits.
 *
 * @param now milliseconds since the Unix epoch
 * @see contract section 1.5
 */
export function objectId(now: number): string {
  const moment = new Date(now).toISOString().replace(/[-:.TZ]/g, '')
  const random = randomBytes(7).toString('hex').toUpperCase()
  return `${moment}-${random.slice(0, 4)}-${random.slice(4, 13)}`
}
