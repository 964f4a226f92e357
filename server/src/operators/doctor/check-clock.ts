import { type Finding, finding } from '../../platform/finding.ts'
import { clockFindings as found } from './deployment-findings.ts'

const MAX_OFF_MS = 60_000

/** @param aheadMs how far the clocks of outside servers are ahead of ours; the middle one counts, for one may be wrong */
export function checkClock(aheadMs: readonly number[]): readonly Finding[] {
  const sorted = aheadMs.toSorted((one, other) => one - other)
  const middle = sorted[Math.floor(sorted.length / 2)]
  if (middle === undefined) return [finding(found.unknown)]
  const seconds = String(Math.round(Math.abs(middle) / 1000))
  if (Math.abs(middle) <= MAX_OFF_MS) return [finding(found.right, String(sorted.length))]
  return [finding(middle > 0 ? found.slow : found.fast, seconds)]
}
