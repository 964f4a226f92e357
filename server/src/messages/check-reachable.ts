import { type Finding, finding } from '../platform/finding.ts'
import type { Outbound } from '../platform/outbound/outbound.ts'
import { whyNotReached } from '../platform/outbound/reach.ts'
import { gatewayFindings as found } from './findings.ts'

/** For a service of which nothing can be asked but to send: whether its server answers at all. */
export async function checkReachable(outbound: Outbound, url: URL): Promise<readonly Finding[]> {
  const because = await whyNotReached(outbound, url)
  return [because === undefined ? finding(found.onlyReachable) : finding(found.notReachable, because)]
}
