import { z } from 'zod'
import type { Db } from '../platform/db/index.ts'
import { type Budget, withLimits } from '../platform/limits/index.ts'
import type { Log } from '../platform/log.ts'
import { definePolicy, readSetFields } from '../platform/policy/index.ts'
import { limitsFrom } from '../platform/text-forms/limit-list.ts'
import { watchBreaker } from './breaker.ts'
import { type HumanCheckDefaults, uncheckedBudget, WHEN } from './budgets.ts'

/** What a client can be asked to do before a code is sent. */
export const KINDS = ['slider', 'proof_of_work'] as const
export type Kind = (typeof KINDS)[number]

/** When people have to show that they are no machine, and by what. */
export const humanCheckPolicy = definePolicy(
  'human_check',
  z.strictObject({
    when: z
      .enum(WHEN)
      .prefault('by_risk')
      .describe(
        'Whether a check is wanted before a code is sent. `by_risk`: from those who asked for many, and from everybody while codes are guessed at or thrown away. `dev` does without unless this is set.',
      ),
    kinds: z
      .array(z.enum(KINDS))
      .min(1, 'Name at least one kind: slider or proof_of_work')
      .prefault([...KINDS])
      .describe('The checks that count, in the order in which clients are told of them.'),
    unchecked_per_ip: limitsFrom(
      uncheckedBudget,
      'Codes that one IPv4 address or IPv6 /64 may ask for without a check, where it is `by_risk`.',
    ),
  }),
)

export interface HumanCheckRulesDeps {
  readonly db: Db
  readonly log: Log
  /** What holds where the policy sets nothing. */
  readonly humanCheck: HumanCheckDefaults
}

/** What holds at this moment. */
export interface HumanCheckRules {
  readonly wanted: 'from nobody' | 'from everybody' | 'from those who ask for many'
  readonly kinds: readonly Kind[]
  readonly unchecked: Budget
  /** Codes are guessed at or thrown away, and nobody is asked for a check: less goes out instead. */
  readonly isToSendLess: boolean
}

/** Reads the policy anew: what an operator changes counts at the next send, on every instance. */
export async function readHumanCheckRules(deps: HumanCheckRulesDeps, now: number): Promise<HumanCheckRules> {
  const set = await readSetFields(deps.db, humanCheckPolicy)
  const policy = humanCheckPolicy.schema.parse(set)
  const when = 'when' in set ? policy.when : deps.humanCheck.when
  const isOpen = await watchBreaker(deps, now)
  return {
    wanted: wantedOf(when, isOpen),
    kinds: policy.kinds,
    unchecked: withLimits(uncheckedBudget, policy.unchecked_per_ip),
    isToSendLess: when === 'never' && isOpen,
  }
}

function wantedOf(when: HumanCheckDefaults['when'], isBreakerOpen: boolean): HumanCheckRules['wanted'] {
  if (when === 'never') return 'from nobody'
  return when === 'always' || isBreakerOpen ? 'from everybody' : 'from those who ask for many'
}
