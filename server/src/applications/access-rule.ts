import { z } from 'zod'
import { duration } from '../platform/text-forms/duration.ts'

/** What a group of users is called. */
export const groupName = z.string().regex(/^[\w.-]{1,64}$/, {
  error: 'must be the name of a group: up to 64 letters, digits, dots, hyphens or underscores',
})

/** When a rule counts. All that is said must be so; where nothing is said it counts always. */
const conditions = z.object({
  groups: z.array(groupName).min(1).describe('The user is in one of these groups.').optional(),
  has_factor: z.boolean().describe('The user has enrolled a second factor of his own.').optional(),
  new_device: z.boolean().describe('He has not said before that he trusts this device.').optional(),
  idle_for: duration.describe('He has not signed in for so long.').optional(),
  new_country: z
    .boolean()
    .describe('He has not signed in from this country before, by the lists of the section `access`.')
    .optional(),
})

/** One line of who may come in how. The first rule that counts decides. */
export const accessRule = z.object({
  name: z
    .string()
    .min(1)
    .max(100)
    .describe('By which an operator finds the rule again where it has decided something.'),
  when: conditions.prefault({}),
  result: z
    .enum(['allow', 'second_factor', 'deny'])
    .describe('Let him in, want a second factor, or keep him out.'),
})

export type AccessRule = z.output<typeof accessRule>
