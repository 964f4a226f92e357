import { z } from 'zod'
import { sdkEndpoints } from '../sdk-endpoints.ts'
import { type CallCredential, noBody } from '../platform/http/sdk-endpoint.ts'
import type { RawReply, RawRequest } from './raw-http.ts'
import { BIND_CLIENT_ID, type TestServer } from './server.ts'

export type Endpoint = (typeof sdkEndpoints)[number]
export type Header = readonly [name: string, value: string]

/** All of them, from the list that the router has: what is tried on every endpoint is tried on a new one too. */
export const everyEndpoint: readonly Endpoint[] = sdkEndpoints
export const everyPost = everyEndpoint.filter((endpoint) => endpoint.method === 'POST')

export const deviceHeaders: readonly Header[] = [
  ['X-operating-sys-version', 'Android 10'],
  ['X-device-fingerprint', '156aysdna213sc50'],
  ['X-agent', 'test'],
]
export const clientId: Header = ['X-client-id', BIND_CLIENT_ID]
export const json: Header = ['Content-Type', 'application/json']
/** What every call carries. */
export const standard: readonly Header[] = [...deviceHeaders, clientId]

/** Secrets that are good, for a call that gets as far as it can. */
export type Credentials = Readonly<Record<CallCredential, string>>

/**
 * A pending sign-in of one person, and a session of another.
 *
 * @param round tells the people of one call from those of the next
 */
export async function getCredentials(server: TestServer, round = 0): Promise<Credentials> {
  const program = server.miniProgram()
  const mobile = `139${String(round).padStart(8, '0')}`
  await server.addUser({ mobile, fixedCode: '232326' })
  const bob = await program.openSignIn(`bob${round}`)
  await bob.send(mobile)
  const { body } = await bob.bind(mobile, '232326')
  const alice = await program.openSignIn(`alice${round}`)
  return {
    'X-state-token': alice.stateToken,
    'session-token': String(body['session_token']),
    Authorization: `Bearer ${String(body['id_token'])}`,
  }
}

/** A call that is in order but for what the test changes about it. */
export function callOf(
  endpoint: Endpoint,
  credentials: Credentials,
  changes: { readonly body?: string | Buffer; readonly moreHeaders?: readonly Header[] } = {},
): RawRequest {
  const names: CallCredential[] = ['X-state-token', 'session-token', 'Authorization']
  const wanted = names.filter((name) => endpoint.credentials[name] !== undefined)
  return {
    method: endpoint.method,
    path: endpoint.path,
    headers: [
      ...standard,
      ...wanted.map((name) => [name, credentials[name]] as const),
      ...(changes.moreHeaders?.some(([name]) => name.toLowerCase() === 'content-type') ? [] : [json]),
      ...(changes.moreHeaders ?? []),
    ],
    ...(changes.body !== undefined && { body: changes.body }),
  }
}

const objectSchema = z.object({
  properties: z.record(z.string(), z.unknown()).default({}),
  required: z.array(z.string()).default([]),
})

/** The fields of an endpoint's body, as declared. */
export function fieldsOf(endpoint: Endpoint): { readonly all: string[]; readonly required: string[] } {
  if (endpoint.body === noBody) return { all: [], required: [] }
  const { properties, required } = objectSchema.parse(z.toJSONSchema(endpoint.body, { io: 'input' }))
  return { all: Object.keys(properties), required }
}

/** What a browser makes of a passkey, new or used, as far as its form goes. */
const credential = {
  id: 'AA',
  rawId: 'AA',
  type: 'public-key',
  response: { clientDataJSON: 'AA', attestationObject: 'AA', authenticatorData: 'AA', signature: 'AA' },
}

const samples: Readonly<Record<string, unknown>> = {
  response: credential,
  code: 'mock:carol',
  mobile: '13800138000',
  email: 'li@example.com',
  verify_code: '123456',
  wechat_code: 'mock:carol?phone=13800138000',
}

/** Fields that need not be there, because another may be in their stead: the first that a call knows is given. */
const CHOSEN = ['mobile', 'wechat_code', 'email']

/** A body in order. */
export function bodyOf(endpoint: Endpoint): Record<string, unknown> {
  const { all, required } = fieldsOf(endpoint)
  const chosen = CHOSEN.find((field) => all.includes(field))
  const given = all.filter((field) => required.includes(field) || field === chosen)
  return Object.fromEntries(given.map((field) => [field, sampleOf(endpoint, field)]))
}

function sampleOf(endpoint: Endpoint, field: string): unknown {
  if (endpoint.path === '/api/v2/ligature/social/bind' && field === 'type') return 'weixin'
  if (field === 'type') return endpoint.path.includes('sms') ? 'BIND_MOBILE_SMS' : 'BIND_EMAIL_EMS'
  return samples[field] ?? 'x'
}

const refusalBody = z.strictObject({
  error_code: z.string().regex(/^IDAAS\.SDK\.[A-Z]+\.\d{4}$/),
  error_msg: z.string().min(1),
})

/** What a body tells that is nobody's business: a path, a line of a stack, a version. */
const TALKATIVE = /[/\\\n]|\bat \S+:\d|\d+\.\d+|node|fastify|sqlite/i

/** @returns what is wrong with a refusal, whatever it refuses; empty when nothing is */
export function flawsOf(reply: RawReply, language: 'zh' | 'en' = 'zh'): string[] {
  const flaws: string[] = []
  if (reply.httpStatus < 400 || reply.httpStatus >= 500) flaws.push(`HTTP ${reply.httpStatus}`)
  if (reply.headers.get('cache-control') !== 'no-store') flaws.push('may be cached')
  if (reply.headers.get('content-type') !== 'application/json; charset=utf-8') flaws.push('not JSON by name')
  const body = refusalBody.safeParse(jsonOf(reply))
  if (!body.success) return [...flaws, `not the two fields: ${reply.text.slice(0, 200)}`]
  const { error_msg: text } = body.data
  if (/\p{Script=Han}/u.test(text) !== (language === 'zh')) flaws.push(`not in ${language}: ${text}`)
  if (TALKATIVE.test(text)) flaws.push(`says too much: ${text}`)
  return flaws
}

/** @returns the refusal's code; for anything else its HTTP status, so that a comparison shows it */
export function codeOf(reply: RawReply): string {
  const body = refusalBody.safeParse(jsonOf(reply))
  return body.success ? body.data.error_code : `HTTP ${reply.httpStatus}`
}

function jsonOf(reply: RawReply): unknown {
  try {
    return JSON.parse(reply.text)
  } catch {
    return undefined
  }
}

/** The lines in which the log speaks of a fault of ours. */
export function faultsIn(logLines: readonly string[]): string[] {
  return logLines.filter((line) => /"level":(?:50|60)/.test(line))
}
