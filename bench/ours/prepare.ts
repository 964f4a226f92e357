import { type Application, findApplication } from '../../server/src/applications/index.ts'
import {
  bindIdentity,
  type Connection,
  findSwitchedOnConnection,
} from '../../server/src/connections/index.ts'
import { findIdByName } from '../../server/src/connections/connection.store.ts'
import { insert } from '../../server/src/credentials/password.store.ts'
import type { Deployment } from '../../server/src/deployment.ts'
import { demoUser } from '../../server/src/development/demo.ts'
import { inTransaction, type Tx } from '../../server/src/platform/db/index.ts'
import { orderedId, randomId } from '../../server/src/platform/secrets.ts'
import type { Vault } from '../../server/src/platform/vault/vault.ts'
import { openSession } from '../../server/src/sessions/index.ts'
import { openSignIn } from '../../server/src/sign-in/open-sign-in.ts'
import { type Address, createUser, markAddress, parseMobile } from '../../server/src/users/index.ts'
import type { Purpose } from '../../server/src/verifications/index.ts'
import { replace } from '../../server/src/verifications/verification.store.ts'
import { nextMobile } from '../load/mobiles.ts'
import { requestText } from '../load/requests.ts'
import { connections } from './configuration.ts'

export type OurWork =
  | 'bind'
  | 'register-bind'
  | 'code-sign-in'
  | 'known-identity'
  | 'send-code'
  | 'id-token'
  | 'keys'
  | 'ready'
  | 'password-login'

const CODE = '232326'
const LIFE_MS = 300_000
const PER_TRANSACTION = 200
/** What it takes to put one in place; whoever comes first waits for all the others. */
const PREPARED_IN_MS = 1

/** What a work is prepared in: a transaction of the real deployment, by the rooms' own functions. */
interface Place {
  readonly tx: Tx
  readonly vault: Vault
  readonly application: Application
  readonly connection: Connection
  readonly now: number
}

/** Puts in place what a work needs, while the server waits, and writes the requests. */
export async function prepare(
  { db, vault }: Deployment,
  work: OurWork,
  clientId: string,
  count: number,
): Promise<readonly string[]> {
  const application = await findApplication(db, clientId)
  const name = work === 'register-bind' ? connections.register : connections.bind
  const connectionId = await findIdByName(db, name)
  if (application === undefined || connectionId === undefined) throw new Error('nothing is configured')
  const requests: string[] = []
  while (requests.length < count) {
    const many = Math.min(PER_TRANSACTION, count - requests.length)
    await inTransaction(db, async (tx) => {
      const now = Date.now() + (count - requests.length) * PREPARED_IN_MS
      const connection = await findSwitchedOnConnection(tx, clientId, connectionId)
      if (connection === undefined) throw new Error('the connection is not switched on')
      const place = { tx, vault, application, connection, now }
      for (let index = 0; index < many; index++) requests.push(await works[work](place))
    })
  }
  return requests
}

const works: Readonly<Record<OurWork, (place: Place) => Promise<string>>> = {
  async bind(place) {
    const mobile = nextMobile()
    await addUser(place, await parseMobile(mobile))
    return proveAddress(place, 'social/bind', mobile, 'BIND_MOBILE_SMS', await open(place, 'SOCIAL_BIND'))
  },
  'register-bind': async (place) =>
    proveAddress(
      place,
      'social/register-bind',
      nextMobile(),
      'REGISTER_SMS',
      await open(place, 'USER_REGISTER'),
    ),
  'code-sign-in': (place) => proveAddress(place, 'login/mobile-verify-code', nextMobile(), 'LOGIN_SMS'),
  async 'known-identity'(place) {
    const { tx, connection, now, application } = place
    const code = nextMobile()
    const userId = await addUser(place, await parseMobile(code))
    const identity = { connectionId: connection.id, subject: `o${code}`, unionSubject: undefined }
    await bindIdentity(tx, connection, identity, userId, now)
    return requestText({
      path: '/api/v2/sdk/login/wechat-miniprogram',
      headers: { 'X-client-id': application.clientId },
      body: { code },
    })
  },
  'send-code': async ({ application }) =>
    requestText({
      path: '/api/v2/sdk/sms/send',
      headers: { 'X-client-id': application.clientId },
      body: { mobile: nextMobile(), type: 'LOGIN_SMS', captcha_token: '' },
    }),
  async 'id-token'(place) {
    const { tx, now, application } = place
    const userId = await addUser(place, await parseMobile(nextMobile()))
    const about = {
      identityId: undefined,
      secondFactorAt: undefined,
      ip: '127.0.0.1',
      device: '{}',
      because: undefined,
    }
    const request = { userId, application, signInId: orderedId(now), ...about }
    const { sessionToken } = await openSession(tx, request, now)
    return requestText({
      path: '/api/v2/sdk/sso/session-token/id-token',
      headers: { 'X-client-id': application.clientId, 'session-token': sessionToken },
      body: {},
    })
  },
  keys: async () => requestText({ method: 'GET', path: '/api/v1/oauth2/keys' }),
  ready: async () => requestText({ method: 'GET', path: '/ready' }),
  async 'password-login'(place) {
    const { tx, vault, now, application } = place
    const mobile = nextMobile()
    const userId = await addUser(place, await parseMobile(mobile))
    await insert(tx, vault, { userId, hash: demoUser.passwordHash, kind: 'own', setAt: now })
    return requestText({
      path: '/api/v2/sdk/login/mobile-pwd',
      headers: { 'X-client-id': application.clientId },
      body: { mobile, password: demoUser.password },
    })
  },
}

async function addUser({ tx, vault, now }: Place, address: Address): Promise<string> {
  const user = await createUser(tx, vault, { addresses: [{ address, isVerified: true }] }, now)
  if (typeof user === 'string') throw new Error(user)
  return user.id
}

interface Opened {
  readonly id: string
  readonly stateToken: string
}

async function open(
  { tx, vault, application, connection, now }: Place,
  status: 'SOCIAL_BIND' | 'USER_REGISTER',
): Promise<Opened> {
  const from = { ip: '127.0.0.1', language: 'en', device: '{}', deviceToken: undefined } as const
  const caller = { application, now, ...from }
  const identity = { connectionId: connection.id, subject: `o${randomId()}`, unionSubject: undefined }
  const { signIn, stateToken } = await openSignIn(tx, vault, caller, {
    wants: { status, identity },
    signInId: orderedId(now),
    isContinued: false,
    because: undefined,
  })
  return { id: signIn.id, stateToken }
}

async function proveAddress(
  { tx, vault, application, now }: Place,
  path: string,
  mobile: string,
  purpose: Purpose,
  signIn?: Opened,
): Promise<string> {
  const id = orderedId(now)
  await replace(tx, {
    id,
    address: markAddress(vault, await parseMobile(mobile)),
    purpose,
    clientId: application.clientId,
    signInId: signIn?.id,
    codeHash: vault.codeHash(id, CODE),
    sentAt: now,
    expiresAt: now + LIFE_MS,
  })
  return requestText({
    path: `/api/v2/sdk/${path}`,
    headers: {
      'X-client-id': application.clientId,
      ...(signIn !== undefined && { 'X-state-token': signIn.stateToken }),
    },
    body: { mobile, verify_code: CODE },
  })
}
