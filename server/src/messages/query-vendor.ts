import type { z } from 'zod'
import { type Finding, finding, type FindingDefinition } from '../platform/finding.ts'
import { type Outbound, OutboundError, type OutboundRequest } from '../platform/outbound/outbound.ts'
import { failureInWords, lookAt } from '../platform/outbound/reach.ts'
import { gatewayFindings as found } from './findings.ts'
import { parseAnswer } from './vendor-call.ts'

/** What a vendor's error codes say about a query. */
export interface QueryCodes {
  readonly credentials: RegExp
  readonly permission: RegExp
  readonly clock: RegExp
}

/** What a vendor was asked about. `absent`: it has none of this name; `unlisted`: it may be among those not shown. */
export interface ReviewState {
  readonly what: 'signature' | 'template'
  readonly name: string
  readonly state: 'approved' | 'pending' | 'refused' | 'absent' | 'unlisted'
}

/** An answer of the vendor's, or what stands in its place. */
export type Queried<Content> = { readonly content: Content } | { readonly finding: Finding }

/**
 * Asks a vendor something that changes nothing.
 *
 * @param errorIn the vendor's error code, if the answer holds one
 */
export async function queryVendor<Content>(
  outbound: Outbound,
  request: Omit<OutboundRequest, 'timeoutMs' | 'connectTimeoutMs'>,
  schema: z.ZodType<Content>,
  errorIn: (content: Content) => string | undefined,
  codes: QueryCodes,
): Promise<Queried<Content>> {
  try {
    const answer = await lookAt(outbound, request)
    const content = parseAnswer(schema, answer)
    const code = content === undefined ? undefined : errorIn(content)
    if (code !== undefined) return { finding: aboutCode(code, codes) }
    return content === undefined || answer.status !== 200
      ? { finding: finding(found.unreadable, String(answer.status)) }
      : { content }
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error
    return { finding: finding(found.notReachable, failureInWords(error)) }
  }
}

function aboutCode(code: string, codes: QueryCodes): Finding {
  const shown = isPlain(code) ? code : '…'
  if (codes.clock.test(code)) return finding(found.clockDiffers, shown)
  if (codes.permission.test(code)) return finding(found.mayNotAsk, shown)
  if (codes.credentials.test(code)) return finding(found.credentialsRefused, shown)
  return finding(found.otherError, shown)
}

/** A vendor may write back what it was sent, so only what looks like a code is shown. */
function isPlain(code: string): boolean {
  return /^[A-Za-z\d._]{1,60}$/.test(code) && code.replace(/\D/g, '').length <= 6
}

const definitions = {
  signature: {
    approved: found.signatureApproved,
    pending: found.signaturePending,
    refused: found.signatureRefused,
    absent: found.signatureAbsent,
    unlisted: found.signatureUnlisted,
  },
  template: {
    approved: found.templateApproved,
    pending: found.templatePending,
    refused: found.templateRefused,
    absent: found.templateAbsent,
    unlisted: found.templateUnlisted,
  },
} as const satisfies Record<ReviewState['what'], Record<ReviewState['state'], FindingDefinition>>

/** What several queries at one vendor came to; that the credentials are right is said once, and so is each trouble. */
export function findingsOf(queries: readonly Queried<readonly ReviewState[]>[]): readonly Finding[] {
  const troubles = queries.flatMap((query) => ('finding' in query ? [query.finding] : []))
  const distinct = troubles.filter(
    ({ definition }, index) => troubles.findIndex((one) => one.definition === definition) === index,
  )
  const states = queries.flatMap((query) => ('content' in query ? query.content : []))
  return [
    ...(troubles.length < queries.length ? [finding(found.credentialsRight)] : []),
    ...distinct,
    ...states.map(({ what, name, state }) => finding(definitions[what][state], name)),
  ]
}
