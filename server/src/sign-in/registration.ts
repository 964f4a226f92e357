import { z } from 'zod'
import { definePolicy } from '../platform/policy/index.ts'

/**
 * Who may become a user by himself. What a connection does with a person whom nobody knows is that connection's
 * own setting.
 */
export const registration = definePolicy(
  'registration',
  z.object({
    open: z
      .boolean()
      .default(false)
      .describe(
        'Whether somebody whom nobody knows becomes a user by proving a mobile number or an email at a login.',
      ),
  }),
)
