import { randomHex } from './secrets.ts'

/**
 * An id in the form that clients of this API family know: `20220425140138519-BF1B-528B0551B`,
 * the UTC moment to the millisecond, then 52 random bits.
 *
 * @param now milliseconds since the Unix epoch
 * @see contract section 1.5
 */
export function objectId(now: number): string {
  const moment = new Date(now).toISOString().replace(/[-:.TZ]/g, '')
  return `${moment}-${randomHex(4)}-${randomHex(9)}`
}
