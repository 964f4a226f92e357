import { z } from 'zod'
import type { Caller } from './caller.ts'
import type { Entry } from './enter.ts'
import { type IdTokenDeps, issueSessionIdToken } from '../sessions/index.ts'

const signedIn = z.object({
  session_token: z.string(),
  /** Seconds. */
  expire: z.number(),
  status: z.literal('SUCCESS'),
  id_token: z.string(),
})

const denied = z.object({ status: z.literal('ACCESS_DENIED') })

const nextStep = z.object({
  step: z.enum(['VERIFY_PHONE', 'VERIFY_EMAIL', 'WECHAT_PHONE']),
  path: z.string(),
  send: z.object({ path: z.string(), type: z.string(), in_seconds: z.number() }).optional(),
  attempts_left: z.number().optional(),
})

/** A sign-in that waits for a further proof. `data` is a string that holds JSON, as documented. */
export const pending = z.object({
  state_token: z.string(),
  data: z.string(),
  status: z.enum(['SOCIAL_BIND', 'USER_REGISTER']),
  next: z.object({
    sign_in_id: z.string(),
    /** Seconds. */
    expires_in: z.number(),
    steps: z.array(nextStep),
  }),
})

/** What a login or a bind answers; the client looks at `status`. */
export const signInReply = z.discriminatedUnion('status', [signedIn, denied, pending])

/** What a bind answers: it never waits for more. */
export const entryReply = z.discriminatedUnion('status', [signedIn, denied])

/** An entry in the names of the wire, with its id_token. */
export async function entryOnWire(
  deps: IdTokenDeps,
  caller: Caller,
  entry: Entry,
): Promise<z.infer<typeof entryReply>> {
  if (entry.status === 'ACCESS_DENIED') return { status: 'ACCESS_DENIED' }
  const { user, session } = entry
  return {
    session_token: session.sessionToken,
    expire: session.expiresInSeconds,
    status: 'SUCCESS',
    id_token: await issueSessionIdToken(
      deps,
      { sessionId: session.sessionId, application: caller.application, user },
      caller.now,
    ),
  }
}
