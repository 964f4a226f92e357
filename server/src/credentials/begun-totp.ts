import { renderSVG } from 'uqr'
import { z } from 'zod'
import { type BegunTotp, TOTP_ENROLMENT_MS } from './totp.ts'

/** As few as scanners take (ISO/IEC 18004). */
const QUIET_ZONE_MODULES = 4

/** What an authenticator app is given, in the names of the wire; told once. */
export const begunTotp = z.object({
  /** Base32, for whoever types it. */
  secret: z.string(),
  /** `otpauth://totp/…`, for whoever opens it on the device of the app. */
  uri: z.string(),
  /** The same as a QR code: an SVG document. */
  qr_svg: z.string(),
  /** Seconds in which it can be confirmed. */
  expires_in: z.number(),
})

export function begunTotpOf({ secret, uri }: BegunTotp): z.infer<typeof begunTotp> {
  const qrSvg = renderSVG(uri, { border: QUIET_ZONE_MODULES })
  return { secret, uri, qr_svg: qrSvg, expires_in: TOTP_ENROLMENT_MS / 1000 }
}
