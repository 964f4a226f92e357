import { CHECK_WITHIN_MS } from '../finding.ts'
import { OutboundError, type Outbound, type OutboundAnswer, type OutboundRequest } from './outbound.ts'

/** Calls another server while looking whether it is well: with the time for that, for the connection as for the whole. */
export function lookAt(
  outbound: Outbound,
  request: Omit<OutboundRequest, 'timeoutMs' | 'connectTimeoutMs'>,
): Promise<OutboundAnswer> {
  return outbound({ ...request, timeoutMs: CHECK_WITHIN_MS, connectTimeoutMs: CHECK_WITHIN_MS })
}

/**
 * Asks a server for its root and takes any answer: what counts is that there is one.
 *
 * @returns why there is none
 */
export async function whyNotReached(outbound: Outbound, { origin }: URL): Promise<string | undefined> {
  try {
    await lookAt(outbound, { url: new URL(origin) })
    return undefined
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error
    const isAnswer = error.failure === 'redirect' || error.failure === 'too-large'
    return isAnswer ? undefined : failureInWords(error)
  }
}

/** Without a URL, which may hold a secret. */
export function failureInWords({ failure, code }: OutboundError): string {
  return code === undefined ? failure : `${failure}, ${code}`
}
