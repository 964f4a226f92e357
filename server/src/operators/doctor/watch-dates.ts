import type { Clock } from '../../platform/clock.ts'
import type { Outbound } from '../../platform/outbound/outbound.ts'

/** A `Date` header has whole seconds; on average the moment is half of one later. */
const HALF_SECOND_MS = 500

/** A lane that notes how far the clocks of those who answer are ahead of ours, in milliseconds. */
export interface DateWatch {
  readonly outbound: Outbound
  readonly aheadMs: readonly number[]
}

export function watchDates(outbound: Outbound, clock: Clock): DateWatch {
  const aheadMs: number[] = []
  return {
    aheadMs,
    async outbound(request) {
      const askedAt = clock.now()
      const answer = await outbound(request)
      const date = Date.parse(answer.date)
      if (!Number.isNaN(date)) aheadMs.push(date + HALF_SECOND_MS - (askedAt + clock.now()) / 2)
      return answer
    },
  }
}
