import { expect, test, type TestContext } from 'vitest'
import { saveConnection } from './connections/index.ts'
import type { CallCredential } from './platform/http/sdk-endpoint.ts'
import {
  bodyOf,
  codeOf,
  everyEndpoint,
  getCredentials,
  type Header,
  json,
  standard,
} from './testing/every-endpoint.ts'
import { exchangeRaw } from './testing/raw-http.ts'
import { demoConnections, startServer } from './testing/server.ts'

/** What a call says whose token is not what it takes. */
const refusals: Readonly<Record<CallCredential, readonly string[]>> = {
  'X-state-token': ['IDAAS.SDK.COMMON.1007', 'IDAAS.SDK.PARAM.0014'],
  'session-token': ['IDAAS.SDK.PARAM.0023'],
  Authorization: ['IDAAS.SDK.PARAM.0016'],
}

const kinds: readonly CallCredential[] = ['X-state-token', 'session-token', 'Authorization']

const places = everyEndpoint.flatMap((endpoint) =>
  kinds
    .filter((kind) => endpoint.credentials[kind] !== undefined)
    .map((place) => ({ endpoint, place, path: endpoint.path })),
)

/** A token that the server has handed out. */
interface Issued {
  readonly name: string
  readonly kind: CallCredential
  readonly token: string
  /** The only calls that take it, where not every call does that takes its kind. */
  readonly calls?: readonly string[]
}

const byBindingAlone = ['social/bind', 'social/wechat-mobile-bind']
const byRegistering = ['social/register-bind', 'social/wechat-mobile-register-bind']
/** What every open sign-in allows. */
const always = ['sms/send', 'email/send', '/api/v2/ligature/sign-in']

async function issueTokens(t: TestContext) {
  const server = await startServer(t, { mode: 'dev' })
  const credentials = await getCredentials(server)
  const { db, vault } = server.deployment
  const [connection] = demoConnections
  if (connection === undefined) throw new Error('there is no demo connection')
  await saveConnection(db, vault, { ...connection, whenUnbound: 'bind_or_register' }, server.clock.now())
  const registering = await server.miniProgram().openSignIn('carla')
  const issued: readonly Issued[] = [
    {
      name: 'state token of SOCIAL_BIND',
      kind: 'X-state-token',
      token: credentials['X-state-token'],
      calls: [...always, ...byBindingAlone],
    },
    {
      name: 'state token of USER_REGISTER',
      kind: 'X-state-token',
      token: registering.stateToken,
      calls: [...always, ...byBindingAlone, ...byRegistering],
    },
    { name: 'session token', kind: 'session-token', token: credentials['session-token'] },
    {
      name: 'id_token',
      kind: 'Authorization',
      token: credentials.Authorization.replace('Bearer ', ''),
    },
  ]
  return { server, credentials, issued }
}

test.for(places)('$path takes in $place what is meant for it, and no other token', async (at, t) => {
  const { endpoint, place, path } = at
  const { server, credentials, issued } = await issueTokens(t)
  const required = kinds.filter((kind) => kind !== place && endpoint.credentials[kind] === 'required')

  async function isTaken(token: string): Promise<boolean> {
    const reply = await exchangeRaw(server.url, {
      method: endpoint.method,
      path: endpoint.path,
      headers: [
        ...standard,
        json,
        ...required.map((kind): Header => [kind, credentials[kind]]),
        [place, place === 'Authorization' ? `Bearer ${token}` : token],
      ],
      ...(endpoint.method === 'POST' && { body: JSON.stringify(bodyOf(endpoint)) }),
    })
    return !refusals[place].includes(codeOf(reply))
  }

  // What is refused changes nothing, so what is taken comes last.
  const isMeant = ({ kind, calls }: Issued) =>
    kind === place && (calls?.includes(path.replace('/api/v2/sdk/', '')) ?? true)
  for (const each of issued.toSorted((one, other) => Number(isMeant(one)) - Number(isMeant(other)))) {
    expect({ token: each.name, isTaken: await isTaken(each.token) }).toEqual({
      token: each.name,
      isTaken: isMeant(each),
    })
  }
})
