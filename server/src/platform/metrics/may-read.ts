import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** What proxies add; whoever is behind one is not on this machine. */
const FORWARDING =
  /^(?:forwarded|via|x-forwarded.*|x-original-forwarded-for|x-real-ip|(?:x|true|fastly)-client-ip|x-cluster-client-ip|cf-connecting-ip|x-envoy-external-address)$/

/** Names that only this machine is asked for by. */
const OWN_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i
const LOOPBACK = /^(?:::ffff:)?127(?:\.\d{1,3}){3}$|^::1$/

/** What counts of a request here. */
export interface MetricsReader {
  readonly headers: IncomingHttpHeaders
  readonly socket: { readonly remoteAddress?: string | undefined }
}

/**
 * Whether this request may read the metrics: by its token where there is one, and else only from this machine,
 * straight. Looks at the socket and not at what a trusted proxy says of it: a proxy's neighbour is anybody.
 *
 * @param token `undefined` when none is set
 */
export function mayReadMetrics(request: MetricsReader, token: string | undefined): boolean {
  return token === undefined ? isFromHere(request) : hasToken(request, token)
}

function hasToken({ headers }: MetricsReader, token: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  // The hashes are of one length, which the comparison needs and a guesser must not learn.
  return given !== undefined && timingSafeEqual(hash(given), hash(token))
}

function isFromHere({ socket, headers }: MetricsReader): boolean {
  return (
    LOOPBACK.test(socket.remoteAddress ?? '') &&
    !Object.keys(headers).some((name) => FORWARDING.test(name)) &&
    // A proxy that adds nothing still names the site that it stands for; so does a page that was led here by DNS.
    OWN_HOST.test(headers.host ?? 'localhost')
  )
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
