import { expect, test, type TestContext } from 'vitest'
import { passwordPolicy } from './credentials/index.ts'
import { saveConnection } from './connections/index.ts'
import { inTransaction } from './platform/db/index.ts'
import { savePolicy } from './platform/policy/index.ts'
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
import { addUserWithPassword, GOOD, logIn } from './testing/passwords.ts'
import { pendingFactor, setAccess } from './testing/second-factor.ts'
import { demoConnections, startServer, type TestServer } from './testing/server.ts'
import { setGroupsOf } from './users/index.ts'

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
const byNewPassword = ['pwd/update', 'after-login/pwd/update-by-mobile', 'after-login/pwd/update-by-email']
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
  const { warned, expired } = await issueAged(server)
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
    {
      name: 'state token of PASSWORD_WARN',
      kind: 'X-state-token',
      token: warned,
      calls: [...always, ...byNewPassword, 'pwd/skip-update', 'mobile-by-token'],
    },
    {
      name: 'state token of PASSWORD_EXPIRED',
      kind: 'X-state-token',
      token: expired,
      calls: [...always, ...byNewPassword, 'mobile-by-token'],
    },
    {
      name: 'state token of MFA_AUTH',
      kind: 'X-state-token',
      token: await issueBeforeSecondFactor(server),
      calls: [...always, 'mobile-by-token', 'mfa/sms', 'mfa/email'],
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

/** Of two users, the password of one of whom is to expire soon while that of the other one has. */
async function issueAged(server: TestServer) {
  const { db } = server.deployment
  await addUserWithPassword(server, { userName: 'warned' })
  const old = await addUserWithPassword(server, { userName: 'expired' })
  await savePolicy(db, passwordPolicy, { expire_after: '1 day', warn_before: '1 day' })
  const setAt = server.clock.now() - 2 * 24 * 60 * 60_000
  await db.updateTable('password').set({ set_at: setAt }).where('user_id', '=', old.id).execute()
  const stateTokenOf = async (userName: string) =>
    String((await logIn(server.miniProgram(), GOOD, userName)).body['state_token'])
  return { warned: await stateTokenOf('warned'), expired: await stateTokenOf('expired') }
}

/** Of a user with both kinds of address, for whom alone a second factor is wanted. */
async function issueBeforeSecondFactor(server: TestServer): Promise<string> {
  const user = { userName: 'careful', mobile: '13700137000', email: 'careful@example.com' }
  const { id } = await addUserWithPassword(server, user)
  await inTransaction(server.deployment.db, (tx) => setGroupsOf(tx, id, ['careful']))
  await setAccess(server, {
    rules: [{ name: 'the careful', when: { groups: ['careful'] }, result: 'second_factor' }],
  })
  const program = server.miniProgram()
  return pendingFactor(program, await logIn(program, GOOD, 'careful')).stateToken
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
