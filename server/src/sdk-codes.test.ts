import { expect, test, type TestContext } from 'vitest'
import { passwordPolicy } from './credentials/index.ts'
import { savePolicy } from './platform/policy/index.ts'
import { registration } from './sign-in/index.ts'
import { everyEndpoint, fieldsOf } from './testing/every-endpoint.ts'
import { addUserWithPassword, BETTER, GOOD, logIn } from './testing/passwords.ts'
import { pendingFactor, wantSecondFactor } from './testing/second-factor.ts'
import { BIND_CLIENT_ID, REGISTER_CLIENT_ID, startServer, type TestServer } from './testing/server.ts'
import { bindAndSignIn } from './testing/signed-in.ts'
import { purposesOf } from './verifications/index.ts'

const CODE_INCORRECT = 'IDAAS.SDK.CAPTCHA.0007'
/** In development the next code may be asked for after five. */
const NEXT_SEND_MS = 6_000

const addresses = { mobile: '13800138000', email: 'li@example.com' } as const
type Field = keyof typeof addresses

const types = { mobile: purposesOf('sms'), email: purposesOf('email') } as const satisfies Record<
  Field,
  readonly string[]
>

/** A call that takes a code. */
interface Taker {
  readonly path: string
  readonly field: Field
  /** The one type of code that it takes. */
  readonly takes: string
  /** Another one that it takes, of another flavour of the family. */
  readonly takesToo?: string
  /** What else it wants. */
  readonly body?: Readonly<Record<string, string>>
  readonly clientId?: string
  /** It wants an address that nobody has yet. */
  readonly isNew?: true
  /** @returns the headers that go along */
  prepare?(server: TestServer): Promise<Readonly<Record<string, string>>>
}

const inSignIn =
  (clientId: string): Required<Taker>['prepare'] =>
  async (server) => {
    const signIn = await server.miniProgram({ clientId }).openSignIn(`person-${server.clock.now()}`)
    return { 'X-state-token': signIn.stateToken }
  }

const REOPEN = '/api/v2/ligature/account/reopen'

async function closeEverybody({ deployment, clock }: TestServer): Promise<Readonly<Record<string, string>>> {
  await deployment.db
    .updateTable('user')
    .set({ closes_at: clock.now() + 24 * 60 * 60_000 })
    .execute()
  return {}
}

/** At the call where the code goes to an address that the user does not have yet. */
const signedIn: Required<Taker>['prepare'] = async (server) => {
  const user = await bindAndSignIn(server.miniProgram(), `person-${server.clock.now()}`)
  return { Authorization: `Bearer ${user.idToken}` }
}

/** As the user of these addresses, without a code. */
const byPassword: Required<Taker>['prepare'] = async (server) => {
  const login = await logIn(server.miniProgram(), GOOD)
  return { Authorization: `Bearer ${String(login.body['id_token'])}` }
}

/** In a sign-in of his that waits for a new password. */
const afterExpiry: Required<Taker>['prepare'] = async (server) => {
  await savePolicy(server.deployment.db, passwordPolicy, { expire_after: '1 second' })
  const login = await logIn(server.miniProgram(), GOOD)
  return { 'X-state-token': String(login.body['state_token']) }
}

/** In a sign-in of his that waits for a second factor. */
const afterPassword: Required<Taker>['prepare'] = async (server) => {
  await wantSecondFactor(server)
  return pendingFactor(server.miniProgram(), await logIn(server.miniProgram(), GOOD)).headers
}

const passwordTakers: readonly Taker[] = (
  [
    ['mobile', 'SMS'],
    ['email', 'EMS'],
  ] as const
).flatMap(([field, kind]) => {
  const [forget, update, change] = [`FORGET_PWD_${kind}`, `UPDATE_PWD_${kind}`, `CHANGE_PWD_${kind}`]
  const body = { password: BETTER }
  const own = { field, body, takes: update, takesToo: change, prepare: byPassword }
  return [
    { path: `pwd/update-by-${field}`, field, body, takes: forget },
    { path: `pwd/update-by-${field}`, ...own },
    { path: `pwd/change-by-${field}`, ...own },
    {
      path: `after-login/pwd/update-by-${field}`,
      field,
      body: { new_password: BETTER },
      takes: change,
      prepare: afterExpiry,
    },
  ]
})

const takers: readonly Taker[] = [
  { path: 'social/bind', field: 'mobile', takes: 'BIND_MOBILE_SMS', prepare: inSignIn(BIND_CLIENT_ID) },
  { path: 'social/bind', field: 'email', takes: 'BIND_EMAIL_EMS', prepare: inSignIn(BIND_CLIENT_ID) },
  {
    path: 'social/register-bind',
    field: 'mobile',
    takes: 'REGISTER_SMS',
    clientId: REGISTER_CLIENT_ID,
    prepare: inSignIn(REGISTER_CLIENT_ID),
  },
  {
    path: 'social/register-bind',
    field: 'email',
    takes: 'REGISTER_EMS',
    clientId: REGISTER_CLIENT_ID,
    prepare: inSignIn(REGISTER_CLIENT_ID),
  },
  { path: 'login/mobile-verify-code', field: 'mobile', takes: 'LOGIN_SMS' },
  { path: 'login/email-verify-code', field: 'email', takes: 'LOGIN_EMS' },
  { path: REOPEN, field: 'mobile', takes: 'LOGIN_SMS', prepare: closeEverybody },
  { path: REOPEN, field: 'email', takes: 'LOGIN_EMS', prepare: closeEverybody },
  { path: 'register/mobile-verify-code', field: 'mobile', takes: 'REGISTER_SMS', isNew: true },
  { path: 'register/email-verify-code', field: 'email', takes: 'REGISTER_EMS', isNew: true },
  {
    path: 'profile/update-mobile',
    field: 'mobile',
    takes: 'UPDATE_MOBILE_SMS',
    isNew: true,
    prepare: signedIn,
  },
  {
    path: 'profile/update-email',
    field: 'email',
    takes: 'UPDATE_EMAIL_EMS',
    isNew: true,
    prepare: signedIn,
  },
  ...passwordTakers,
  {
    path: 'mfa/sms',
    field: 'mobile',
    takes: 'MFA_AUTH_SMS',
    takesToo: 'OTP_REST_SMS',
    prepare: afterPassword,
  },
  { path: 'mfa/email', field: 'email', takes: 'MFA_AUTH_EMS', prepare: afterPassword },
]

async function startWithUser(t: TestContext): Promise<TestServer> {
  const server = await startServer(t, { mode: 'dev' })
  await addUserWithPassword(server, addresses)
  return server
}

async function startOpen(t: TestContext): Promise<TestServer> {
  const server = await startServer(t, { mode: 'dev' })
  await savePolicy(server.deployment.db, registration, { open: true })
  return server
}

/** Has a code of this type sent, and presents it there. */
async function present(server: TestServer, taker: Taker, type: string) {
  server.clock.advance(NEXT_SEND_MS)
  const clientId = taker.clientId ?? BIND_CLIENT_ID
  const program = server.miniProgram({ clientId })
  const address = addresses[taker.field]
  expect(await program.send(address, type)).toMatchObject({ outcome: 'OK' })
  const headers = (await taker.prepare?.(server)) ?? {}
  const verifyCode = await program.newestCode(address)
  return program.call(taker.path, {
    headers,
    body: { ...taker.body, [taker.field]: address, verify_code: verifyCode },
  })
}

test.for(takers)('$path takes $takes, and no other code that was sent to the $field', async (taker, t) => {
  const server = taker.isNew === true ? await startOpen(t) : await startWithUser(t)

  for (const type of types[taker.field]) {
    if (type === taker.takes || type === taker.takesToo) continue
    expect({ type, ...(await present(server, taker, type)) }).toMatchObject({
      type,
      outcome: CODE_INCORRECT,
    })
  }

  expect(await present(server, taker, taker.takes)).toMatchObject({ httpStatus: 200 })
})

test('a code that was sent to the other address of the same user proves nothing', async (t) => {
  const server = await startWithUser(t)
  const program = server.miniProgram()
  await program.send(addresses.mobile, 'LOGIN_SMS')
  const verifyCode = await program.newestCode(addresses.mobile)

  const reply = await program.call('login/email-verify-code', {
    body: { email: addresses.email, verify_code: verifyCode },
  })

  expect(reply).toMatchObject({ outcome: CODE_INCORRECT })
})

test('every call that takes a code stands in this table', () => {
  const prefix = '/api/v2/sdk/'
  const taking = everyEndpoint
    .filter((endpoint) => fieldsOf(endpoint).all.includes('verify_code'))
    .map(({ path }) => path.replace(prefix, ''))
  expect([...new Set(takers.map(({ path }) => path))].toSorted()).toEqual(taking.toSorted())
})
