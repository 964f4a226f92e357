import { z } from 'zod'
import { definePolicy } from '../platform/policy/index.ts'
import { duration } from '../platform/text-forms/duration.ts'

/** What a new password has to be, how long it is good, and how often may be guessed. */
export const passwordPolicy = definePolicy(
  'passwords',
  z
    .strictObject({
      min_length: z
        .int()
        .min(8)
        .max(50)
        .default(8)
        .describe(
          'Characters that a password has at least, from 8 to 50, counted as JavaScript and Java count.',
        ),
      max_length: z
        .int()
        .min(8)
        .max(50)
        .default(50)
        .describe('Characters that a password has at most, from 8 to 50. Long ones are the good ones.'),
      classes: z
        .int()
        .min(1)
        .max(4)
        .default(3)
        .describe(
          'How many of digits, upper case, lower case and special characters a password holds at least.',
        ),
      repeats: z
        .int()
        .min(1)
        .max(10)
        .default(3)
        .describe('How often the same character may stand in a row, from 1 to 10.'),
      allow_own_data: z
        .boolean()
        .default(false)
        .describe(
          'Whether a password may hold the user name, also backwards, the name, the mobile number or the front of the email.',
        ),
      allow_common: z
        .boolean()
        .default(false)
        .describe(
          'Whether passwords are taken that everybody knows, plain or with a few digits around them.',
        ),
      history: z
        .int()
        .min(0)
        .max(10)
        .default(1)
        .describe(
          'How many of the last passwords, the present one included, are not taken again, from 0 to 10.',
        ),
      expire_after: duration
        .optional()
        .describe('How long a password is good. Absent: it does not expire, as NIST advises.'),
      warn_before: duration
        .prefault('7 days')
        .describe('How long before a password expires its user is told at each login.'),
      failures_until_lock: z
        .int()
        .min(1)
        .max(100)
        .default(10)
        .describe('Wrong passwords for one user, or for one name that nobody has, after which it is locked.'),
      failures_forgotten_after: duration
        .prefault('15 minutes')
        .describe('How long there must be no guess for earlier wrong ones to be forgotten.'),
      lock_for: duration
        .prefault('15 minutes')
        .describe('How long the first lock lasts. Each further one lasts twice as long as the one before.'),
      lock_at_most: duration
        .prefault('24 hours')
        .describe('How long a lock lasts at most. Other ways to sign in are open meanwhile.'),
    })
    .refine(({ min_length: min, max_length: max }) => min <= max, {
      path: ['min_length'],
      message: 'is more than max_length',
    }),
)

export type PasswordPolicy = z.output<typeof passwordPolicy.schema>

/** The special characters of the contract. Other signs may stand in a password and count for no class. */
const CLASSES = ['[0-9]', '[A-Z]', '[a-z]', '[~!#$%&+\\-,*:;<=>@_?^`./]'] as const

/** What a password may not hold anywhere: control characters, which no keyboard types. */
const ANY = '[^\\x00-\\x1f\\x7f-\\x9f]'

/** @returns how many of the four classes a password holds */
export function countClasses(password: string): number {
  return CLASSES.filter((pattern) => new RegExp(pattern).test(password)).length
}

/**
 * The rules of length and classes, for the client: the members and the string that holds them are the contract's.
 * The expression takes exactly what these two rules take.
 */
export function describePolicy(policy: PasswordPolicy): string {
  const { min_length: minLength, max_length: maxLength, classes } = policy
  const choices = choose(CLASSES, classes).map((chosen) =>
    chosen.map((pattern) => `(?=${ANY}*${pattern})`).join(''),
  )
  const regEx = `^(?:${choices.join('|')})${ANY}{${minLength},${maxLength}}$`
  return JSON.stringify({ maxLength, minLength, regEx })
}

/** @returns every choice of so many */
function choose(from: readonly string[], count: number): string[][] {
  if (count === 0) return [[]]
  return from.flatMap((first, index) =>
    choose(from.slice(index + 1), count - 1).map((rest) => [first, ...rest]),
  )
}
