import type { Application } from '../applications/index.ts'
import type { Language } from '../platform/refusal.ts'
import type { SdkCall } from '../platform/http/sdk-endpoint.ts'

/** Who asks, for which application, when. */
export interface Caller {
  readonly application: Application
  readonly ip: string
  /** In which he is told of things. */
  readonly language: Language
  /** What the client says of its device, as JSON; recorded, never trusted. */
  readonly device: string
  /** By which a device says that its user trusts it. */
  readonly deviceToken: string | undefined
  /** Milliseconds since the Unix epoch; the one time of this request. */
  readonly now: number
}

export function callerOf(call: SdkCall<Application, unknown>): Caller {
  return {
    application: call.application,
    ip: call.ip,
    language: call.language,
    device: JSON.stringify(call.device),
    deviceToken: call.deviceToken,
    now: call.now,
  }
}
