import { createHash, createHmac } from 'node:crypto'
import { z } from 'zod'
import type { OutboundRequest } from '../platform/outbound/outbound.ts'
import type { GatewayDeps } from './gateway-kind.ts'
import { SENT, type Message, type SendOutcome } from './message.ts'
import { askVendor, outcomeOf, parseAnswer, unreadable, type VendorCodes } from './vendor-call.ts'

const ALGORITHM = 'ACS3-HMAC-SHA256'
const NO_BODY_SHA256 = createHash('sha256').digest('hex')

export interface AccessKey {
  readonly id: string
  readonly secret: string
}

export interface AlibabaAction {
  readonly name: string
  readonly version: string
  readonly parameters: Readonly<Record<string, string>>
}

export interface AlibabaCall {
  readonly endpoint: URL
  readonly key: AccessKey
  readonly action: AlibabaAction
}

/**
 * `isv.` is what the caller did wrong and `isp.` what went wrong at the service; bare words are the
 * gateway's before it, or those of the verification service. A nonce that was used says that this very
 * request came before, for instance by a proxy that repeats, and the first one may have been taken.
 *
 * @see https://help.aliyun.com/document_detail/101346.html, and the common error codes of Alibaba's OpenAPI
 */
const CODES: VendorCodes = {
  refusal: new RegExp(
    `^(?:${[
      'isv\\.\\w+',
      'biz\\.FREQUENCY',
      'isp\\.RAM_PERMISSION_DENY',
      '(?:Invalid|Missing|Unsupported|Signature(?!NonceUsed)|Incomplete|Illegal|Forbidden|Throttling|NoPermission|Unauthorized|Insufficient)[A-Za-z.]*',
      'MOBILE_NUMBER_ILLEGAL|INVALID_PARAMETERS|BUSINESS_LIMIT_CONTROL\\w*|FREQUENCY_FAIL',
      'FUNCTION_NOT_OPENED|AMOUNT_NOT_ENOUGH',
    ].join('|')})$`,
  ),
  clock: /^(?:InvalidTimeStamp|IllegalTimestamp)/,
  doubt: /^(?:isp\.\w+|SYSTEM_ERROR|SignatureNonceUsed|(?:InternalError|ServiceUnavailable)[A-Za-z.]*)$/,
}

const answerSchema = z.object({ Code: z.string(), Success: z.boolean().optional() })

/**
 * Calls an action of an Alibaba service for a message, its parameters in the query and no body, as the
 * vendor's own SDK does.
 *
 * The message's id is the nonce: should the request ever come twice, the vendor refuses the second.
 */
export function askAlibaba(deps: GatewayDeps, call: AlibabaCall, message: Message): Promise<SendOutcome> {
  return askVendor(deps.outbound, requestFor(deps, call, message.id), (answer) => {
    const said = parseAnswer(answerSchema, answer)
    if (said === undefined) return unreadable(answer)
    if (said.Code !== 'OK') return outcomeOf(said.Code, CODES, message)
    return answer.status === 200 && said.Success !== false ? SENT : unreadable(answer)
  })
}

/**
 * A signed call of an action, to be sent by POST.
 *
 * @param nonce good for one request
 */
export function requestFor(
  { clock }: Pick<GatewayDeps, 'clock'>,
  call: AlibabaCall,
  nonce: string,
): Pick<OutboundRequest, 'url' | 'headers'> {
  const url = new URL(call.endpoint)
  url.search = canonicalQuery(call.action.parameters)
  const headers = {
    'x-acs-action': call.action.name,
    'x-acs-content-sha256': NO_BODY_SHA256,
    'x-acs-date': new Date(clock.now()).toISOString().replace(/\.\d+/, ''),
    'x-acs-signature-nonce': nonce,
    'x-acs-version': call.action.version,
  }
  const authorization = signAcs3(call.key, { url, headers: { ...headers, host: url.host } })
  return { url, headers: { ...headers, accept: 'application/json', authorization } }
}

/**
 * Signs a POST with an empty body.
 *
 * @param request `headers` in lower case; `host` and all that begin with `x-acs-` are signed
 * @returns the value of `authorization`
 * @see https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
 */
export function signAcs3(
  key: AccessKey,
  request: { readonly url: URL; readonly headers: Readonly<Record<string, string>> },
): string {
  const signed = Object.entries(request.headers)
    .filter(([name]) => name === 'host' || name.startsWith('x-acs-'))
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
  const names = signed.map(([name]) => name).join(';')
  const canonicalRequest = [
    'POST',
    request.url.pathname,
    canonicalQuery(Object.fromEntries(request.url.searchParams)),
    ...signed.map(([name, value]) => `${name}:${value.trim()}`),
    '',
    names,
    NO_BODY_SHA256,
  ].join('\n')
  const hash = createHash('sha256').update(canonicalRequest).digest('hex')
  const signature = createHmac('sha256', key.secret).update(`${ALGORITHM}\n${hash}`).digest('hex')
  return `${ALGORITHM} Credential=${key.id},SignedHeaders=${names},Signature=${signature}`
}

/** In the order of the names, percent-encoded as RFC 3986 has it. */
function canonicalQuery(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .join('&')
}

function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
