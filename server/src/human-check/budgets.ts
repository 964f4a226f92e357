import type { Budget } from '../platform/limits/index.ts'

const MINUTE_MS = 60 * 1000
const HOUR_MS = 60 * MINUTE_MS

/** When codes are sent only after a check. */
export const WHEN = ['never', 'always', 'by_risk'] as const

/** What holds where the policy sets nothing. */
export interface HumanCheckDefaults {
  readonly when: (typeof WHEN)[number]
  /** Challenges of either kind that one network may ask for; each costs us some milliseconds, a picture also a row. */
  readonly challenges: Budget | undefined
  /**
   * Wrong answers of one network. Put anywhere, the piece is accepted once in twenty times, so this is what
   * makes a guesser slow.
   */
  readonly wrongAnswers: Budget | undefined
}

export const productionHumanCheck: HumanCheckDefaults = {
  when: 'by_risk',
  challenges: {
    name: 'human check challenge',
    grainMs: 1,
    limits: [{ max: 60, perMs: MINUTE_MS }],
  },
  wrongAnswers: {
    name: 'human check wrong answer',
    grainMs: 1,
    limits: [{ max: 60, perMs: HOUR_MS }],
  },
}

/** In development one person tries things at one machine. */
export const developmentHumanCheck: HumanCheckDefaults = {
  when: 'never',
  challenges: undefined,
  wrongAnswers: undefined,
}

/** Codes asked for without a check. */
export const uncheckedBudget: Budget = {
  name: 'send without human check',
  grainMs: 1,
  limits: [{ max: 10, perMs: HOUR_MS }],
}
