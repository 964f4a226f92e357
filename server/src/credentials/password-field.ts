import { z } from 'zod'
import { MAX_PASSWORD_BYTES } from './hashing.ts'

/**
 * A password in a body. No space is taken away from it. What nobody types, and what is longer than any password, is
 * refused before it is hashed.
 */
export const passwordField = z
  .string()
  .min(1)
  .refine(
    (text) => text.isWellFormed() && !/\p{Cc}/u.test(text) && Buffer.byteLength(text) <= MAX_PASSWORD_BYTES,
  )
