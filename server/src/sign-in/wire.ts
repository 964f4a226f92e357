import { z } from 'zod'
import { KINDS } from '../human-check/index.ts'
import { stepNames } from './next-steps.ts'
import { outcomes, type Proof, type Status } from './steps.ts'

const signedIn = z.object({
  session_token: z.string(),
  /** Seconds. */
  expire: z.number(),
  status: z.literal('SUCCESS'),
  id_token: z.string(),
})

const recoveryCodes = z.array(z.string()).optional()

/** What comes beside it after a second factor: where the user trusts his device, or has just enrolled one. */
const signedInWithFactor = signedIn.extend({
  device_token: z.string().optional(),
  /** Seconds. */
  device_token_expire: z.number().optional(),
  recovery_codes: recoveryCodes,
})

const denied = z.object({ status: z.literal('ACCESS_DENIED') })

const nextStep = z.object({
  step: z.enum(stepNames),
  path: z.string(),
  send: z
    .object({
      path: z.string(),
      type: z.string(),
      in_seconds: z.number(),
      human_check: z.array(z.enum(KINDS)).optional(),
    })
    .optional(),
  hint: z.string().optional(),
  attempts_left: z.number().optional(),
})

/** A sign-in that waits for a further proof. `data` is a string that holds JSON, as documented. */
export const pending = z.object({
  state_token: z.string(),
  data: z.string(),
  status: z.enum(['SOCIAL_BIND', 'USER_REGISTER', 'PASSWORD_WARN', 'PASSWORD_EXPIRED', 'MFA_AUTH']),
  next: z.object({
    sign_in_id: z.string(),
    /** Seconds. */
    expires_in: z.number(),
    steps: z.array(nextStep),
  }),
})

/** The same where the user has just enrolled what he passed with, and has more to do. */
const pendingWithCodes = pending.extend({ recovery_codes: recoveryCodes })

type SignInReply =
  z.infer<typeof signedInWithFactor> | z.infer<typeof denied> | z.infer<typeof pendingWithCodes>

/** What a call answers that takes such a proof; the client looks at `status`. */
export function replyTo(proof: Proof): z.ZodType<SignInReply> {
  const statuses: readonly Status[] = outcomes[proof]
  const waiting = pending.shape.status.options.filter((status) => statuses.includes(status))
  const [success, more] =
    proof === 'second factor' ? [signedInWithFactor, pendingWithCodes] : [signedIn, pending]
  return waiting.length === 0
    ? z.discriminatedUnion('status', [success, denied])
    : z.discriminatedUnion('status', [
        success,
        denied,
        more.extend({ status: pending.shape.status.extract(waiting) }),
      ])
}
