import { z } from 'zod'
import type { Language, RefusalDefinition } from '../refusal.ts'
import { parseFields } from './fields.ts'

/** The application that a call comes from, as far as the door needs to know it. */
export interface CallingApplication {
  readonly clientId: string
  readonly origins: readonly string[]
}

/** What the caller says of himself. Recorded, never trusted. */
export interface CallerDevice {
  readonly operatingSystem: string
  readonly fingerprint: string
  readonly agent: string
  /** `X-device-ip`. */
  readonly claimedIp: string | undefined
}

/** One call of the SDK family, after the door. */
export interface SdkCall<Application extends CallingApplication, Body> {
  readonly body: Body
  readonly application: Application
  readonly device: CallerDevice
  /** The raw `X-device-token`, which says that a user trusts the device. */
  readonly deviceToken: string | undefined
  /** Of the socket, or what a trusted proxy says. */
  readonly ip: string
  readonly language: Language
  /** The time of this request: milliseconds since the Unix epoch, read once. */
  readonly now: number
  /** The raw `X-state-token`. */
  readonly stateToken: string | undefined
  /** The raw `session-token`. */
  readonly sessionToken: string | undefined
  /** What follows `Bearer ` in `Authorization`; empty for a header that holds no such thing. */
  readonly bearer: string | undefined
  readonly requestId: string
}

/** The secrets that a call may carry in a header, for the reference. */
export type CallCredential = 'X-state-token' | 'session-token' | 'Authorization'

/** What is written down of an endpoint: enough for the router and for the reference. */
export interface SdkEndpoint<Deps, Application extends CallingApplication> {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly summary: Readonly<Record<Language, string>>
  /** Headers beyond the standard ones, each with `required`. */
  readonly credentials: Readonly<Partial<Record<CallCredential, 'required' | 'optional'>>>
  readonly body: z.ZodType
  readonly reply: z.ZodType
  readonly refusals: readonly RefusalDefinition[]
  /** Parses the body, runs the rule, and strips the reply to what was declared. */
  run(deps: Deps, call: SdkCall<Application, unknown>): Promise<unknown>
}

/** For a call that takes no body; one that comes all the same is left unread. */
export const noBody = z.unknown().transform(() => undefined)

/** For a call that answers 200 with an empty body. */
export const noReply = z.undefined()

/**
 * Declares an endpoint of the `api/v2/sdk` family. The router, the OpenAPI document and the reference are
 * made from this declaration; a refusal that is not listed here is a bug and answers 500.
 */
export function sdkEndpoint<Deps, Application extends CallingApplication, Body, Reply>(declaration: {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly summary: Readonly<Record<Language, string>>
  readonly credentials?: SdkEndpoint<Deps, Application>['credentials']
  readonly body: z.ZodType<Body>
  readonly reply: z.ZodType<Reply>
  readonly refusals: readonly RefusalDefinition[]
  handle(deps: Deps, call: SdkCall<Application, Body>): Promise<Reply>
}): SdkEndpoint<Deps, Application> {
  return {
    ...declaration,
    credentials: declaration.credentials ?? {},
    async run(deps, call) {
      const body = parseFields(declaration.body, call.body)
      return declaration.reply.parse(await declaration.handle(deps, { ...call, body }))
    },
  }
}
