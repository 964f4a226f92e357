import { z } from 'zod'
import { definePolicy } from '../platform/policy/index.ts'

const MAX_DAYS = 365

/** What follows when a user closes his account. */
export const accountClosing = definePolicy(
  'account_closing',
  z.strictObject({
    days: z
      .int()
      // Less than one would be over before the notice of it was read.
      .min(1, 'At least one day')
      .max(MAX_DAYS, `At most ${MAX_DAYS} days`)
      .default(15)
      .describe(
        'How many days a closed account can be opened again before it is deleted. Until then its addresses are free for nobody else.',
      ),
  }),
)
