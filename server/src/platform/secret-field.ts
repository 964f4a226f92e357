import { z } from 'zod'

const secretFields = z.registry<{ readonly isSecret: true }>()

/**
 * A field of what an operator configures that holds a secret: stored sealed, never printed, and in a
 * configuration file named (`${VARIABLE}` or `{ file: … }`) instead of written out.
 */
export function secretField(meaning: string): z.ZodString {
  return z.string().min(1).describe(meaning).register(secretFields, { isSecret: true })
}

/** Whether this very schema was made by `secretField`. */
export function isSecretField(schema: z.ZodType): boolean {
  return secretFields.has(schema)
}
