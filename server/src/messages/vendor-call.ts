import type { z } from 'zod'
import {
  OutboundError,
  type Outbound,
  type OutboundAnswer,
  type OutboundRequest,
} from '../platform/outbound/outbound.ts'
import { failed, isNotice, type Message, SEND_TIMEOUT_MS, type SendOutcome, unknown } from './message.ts'

/** What a vendor's error codes mean for the message. All others leave it open whether it went out. */
export interface VendorCodes {
  /** The vendor did not take the message. */
  readonly refusal: RegExp
  /** Of these, the ones by which the vendor's clock and ours differ too much. */
  readonly clock?: RegExp
  /** The vendor does not say whether it took the message. */
  readonly doubt?: RegExp
}

const MAX_CODE_LENGTH = 80

/** As many as an `E200030` has: fewer than any number. */
const MAX_CODE_DIGITS = 6

/**
 * Asks once, and gives an answer that is not the vendor's own fault to `read`. A server error says nothing
 * about the message, whatever stands in it.
 */
export async function askVendor(
  outbound: Outbound,
  request: Pick<OutboundRequest, 'url' | 'headers' | 'body'>,
  read: (answer: OutboundAnswer) => SendOutcome,
): Promise<SendOutcome> {
  try {
    const answer = await outbound({ ...request, method: 'POST', timeoutMs: SEND_TIMEOUT_MS })
    return answer.status >= 500 ? unreadable(answer) : read(answer)
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error
    return error.neverSent ? failed(error.failure) : unknown(error.failure)
  }
}

/** @returns `undefined` for what is not JSON or not of this shape */
export function parseAnswer<Output>(schema: z.ZodType<Output>, answer: OutboundAnswer): Output | undefined {
  try {
    return schema.safeParse(JSON.parse(answer.text)).data
  } catch {
    return undefined
  }
}

export function unreadable(answer: OutboundAnswer): SendOutcome {
  return unknown(`answer ${answer.status}`)
}

/**
 * What a vendor's error code says. Only codes of known kinds are shown, lest a number, a code or a key that
 * the vendor sends back gets into the log.
 */
export function outcomeOf(code: string, codes: VendorCodes, message: Message): SendOutcome {
  const isRefusal = codes.refusal.test(code)
  const isKnown = isRefusal || codes.doubt?.test(code) === true
  const shown = isKnown && isHarmless(code, message) ? code : 'an error code that is not known'
  if (!isRefusal) return unknown(shown)
  return failed(codes.clock?.test(code) === true ? `the clocks differ: ${shown}` : shown)
}

function isHarmless(code: string, message: Message): boolean {
  return (
    code.length <= MAX_CODE_LENGTH &&
    code.replace(/\D/g, '').length <= MAX_CODE_DIGITS &&
    (isNotice(message) || !code.includes(message.verifyCode))
  )
}
