import { z } from 'zod'
import { type Budget, isCountable } from '../limits/index.ts'
import { limit, printLimit } from './limit.ts'

/**
 * The limits of a budget as an operator sets them: a list, of which all hold at once.
 *
 * @param budget whose limits are the default
 * @param meaning a sentence for the reference
 */
export const limitsFrom = (budget: Budget, meaning: string) =>
  z
    .array(limit)
    .min(1, 'Give at least one limit, such as "10 per 24h"')
    .refine(
      isCountable,
      'Where more than 200 are counted, the longest time may be 1500 times the shortest at most',
    )
    .prefault(budget.limits.map(printLimit))
    .describe(`${meaning} All limits of the list hold at once.`)
