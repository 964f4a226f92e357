import { z } from 'zod'
import type { ListedPasskey } from '../credentials/index.ts'

/** A passkey of his own, as its user sees it. */
export const listedPasskey = z.object({
  id: z.string(),
  /** What he called it. */
  name: z.string(),
  /** Seconds since the Unix epoch, as in an id_token. */
  created_at: z.number(),
  /** When he last signed in with it; `null`: never. */
  last_used_at: z.number().nullable(),
  /** Whether a copy of it exists elsewhere, for example in the account that his phone is backed up to. */
  backed_up: z.boolean(),
})

export function listedPasskeyOf(passkey: ListedPasskey): z.infer<typeof listedPasskey> {
  return {
    id: passkey.id,
    name: passkey.name,
    created_at: Math.floor(passkey.createdAt / 1000),
    last_used_at: passkey.lastUsedAt === undefined ? null : Math.floor(passkey.lastUsedAt / 1000),
    backed_up: passkey.isBackedUp,
  }
}
