import { expect, test } from 'vitest'
import { inTransaction } from '../platform/db/index.ts'
import { savePolicy } from '../platform/policy/index.ts'
import { passkeyPolicy } from '../credentials/index.ts'
import {
  askForPasskey,
  enrolled,
  enrolKey,
  loginByPasskey,
  logInWith,
  pageOrigin,
  PASSKEY_REFUSED,
  passkeysOf,
  signInWith,
} from '../testing/passkeys.ts'
import { REGISTER_CLIENT_ID, startServer, type TestServer } from '../testing/server.ts'
import { bindAndSignIn } from '../testing/signed-in.ts'
import { makeSoftwareKey, type Untruth } from '../testing/software-key.ts'
import { setUserDisabled } from '../users/index.ts'

const FIVE_MINUTES_MS = 5 * 60_000

function reasons(server: TestServer, kind = 'sign_in_refused') {
  return server.deployment.db
    .selectFrom('audit_event')
    .select('because')
    .where('kind', '=', kind)
    .execute()
    .then((rows) => rows.map(({ because }) => because))
}

test('a passkey signs its user in, at any application, and stands for two factors', async (t) => {
  const server = await startServer(t)
  const { user, key } = await enrolled(server)

  for (const program of [server.miniProgram(), server.miniProgram({ clientId: REGISTER_CLIENT_ID })]) {
    const again = await signInWith(program, key)
    expect(again.userId).toBe(user.userId)
    const session = await server.deployment.db
      .selectFrom('session')
      .select('second_factor_at')
      .orderBy('opened_at', 'desc')
      .where('second_factor_at', 'is not', null)
      .executeTakeFirst()
    expect(session?.second_factor_at).toBe(server.clock.now())
  }
  expect((await passkeysOf(server.miniProgram(), user).list())[0]?.last_used_at).not.toBeNull()
})

test('the device is asked for any passkey that it has, by one that it has to verify', async (t) => {
  const server = await startServer(t)

  const { body } = await askForPasskey(server.miniProgram())

  expect(body).toEqual({
    challenge: expect.stringMatching(/^[\w-]{43}$/),
    rpId: 'localhost',
    timeout: FIVE_MINUTES_MS,
    allowCredentials: [],
    userVerification: 'required',
  })
})

test('a response is good once', async (t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  const { key } = await enrolled(server)
  const response = key.get((await askForPasskey(program)).body)
  expect(await logInWith(program, response)).toMatchObject({ outcome: 'SUCCESS' })

  const replayed = await logInWith(program, response)

  expect(replayed).toMatchObject({ httpStatus: 400, outcome: PASSKEY_REFUSED })
  expect(await server.count('session')).toBe(2)
})

test('of many who come with one response at once exactly one is let in', async (t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  const { key } = await enrolled(server)
  const response = key.get((await askForPasskey(program)).body)

  const replies = await Promise.all(Array.from({ length: 5 }, () => logInWith(program, response)))

  expect(replies.filter(({ outcome }) => outcome === 'SUCCESS')).toHaveLength(1)
  expect(replies.filter(({ outcome }) => outcome === PASSKEY_REFUSED)).toHaveLength(4)
  expect(await server.count('session')).toBe(2)
})

test.for([
  ['of another page', { origin: 'https://evil.example' }, 'origin'],
  ['of the same host by an address', { origin: 'http://127.0.0.1' }, 'origin'],
  ['for another domain', { rpId: 'evil.example' }, 'RP ID'],
  ['of a device that has not seen who is there', { isVerified: false }, 'user could not be verified'],
  ['with the handle of another user', { userHandle: 'AAAA' }, 'user handle'],
  ['without a handle', { userHandle: null }, 'user handle'],
  ['of a frame', { isInFrame: true }, 'frame of another site'],
  ['of an enrolment', { type: 'webauthn.create' }, 'type'],
] as const satisfies readonly (readonly [string, Untruth, string])[])(
  'a response %s is refused, and its challenge is used up',
  async ([, untruth, reason], t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const { key } = await enrolled(server)
    const options = (await askForPasskey(program)).body

    expect(await logInWith(program, key.get(options, untruth))).toMatchObject({ outcome: PASSKEY_REFUSED })

    expect(await reasons(server)).toEqual([expect.stringContaining(reason)])
    expect(await logInWith(program, key.get(options))).toMatchObject({ outcome: PASSKEY_REFUSED })
    expect(await server.count('session')).toBe(1)
  },
)

test('a signature of another key, and a key that nobody has, are refused alike', async (t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  const { key } = await enrolled(server)
  const stranger = makeSoftwareKey(pageOrigin(server))
  const asked = async () => (await askForPasskey(program)).body

  const own = key.get(await asked())
  const other = stranger.get(await asked(), { userHandle: 'AAAA' })
  const replies = [
    await logInWith(program, other),
    await logInWith(program, {
      ...own,
      response: { ...own.response, signature: other.response['signature'] },
    }),
  ]

  expect(replies.map(({ text }) => text)).toEqual([replies[0]?.text, replies[0]?.text])
  expect(replies[0]?.outcome).toBe(PASSKEY_REFUSED)
  expect(new Set(await reasons(server))).toEqual(
    new Set(['passkey: no such passkey', 'passkey: the signature is not right']),
  )
})

test('a challenge is good for five minutes', async (t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  const { key } = await enrolled(server)
  const [inTime, late] = [(await askForPasskey(program)).body, (await askForPasskey(program)).body]

  server.clock.advance(FIVE_MINUTES_MS - 1)
  expect(await logInWith(program, key.get(inTime))).toMatchObject({ outcome: 'SUCCESS' })
  server.clock.advance(1)
  expect(await logInWith(program, key.get(late))).toMatchObject({ outcome: PASSKEY_REFUSED })
})

test('a challenge of another application, or of an enrolment, or of nobody, signs nobody in', async (t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  const { key, user } = await enrolled(server)
  const elsewhere = (await askForPasskey(server.miniProgram({ clientId: REGISTER_CLIENT_ID }))).body
  const enrolment = (await passkeysOf(program, await signInWith(program, key)).options()).body

  for (const options of [elsewhere, enrolment, { challenge: 'A'.repeat(43) }]) {
    expect(await logInWith(program, key.get(options))).toMatchObject({ outcome: PASSKEY_REFUSED })
  }
  expect(await passkeysOf(program, user).list()).toHaveLength(1)
})

test('a key whose count does not grow may be a copy: refused, recorded, and the count stays', async (t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  const { key } = await enrolled(server)
  expect(await loginByPasskey(program, key, { signCount: 7 })).toMatchObject({ outcome: 'SUCCESS' })

  for (const signCount of [7, 6, 0]) {
    expect(await loginByPasskey(program, key, { signCount })).toMatchObject({ outcome: PASSKEY_REFUSED })
  }

  expect(await reasons(server, 'passkey_cloned')).toHaveLength(3)
  expect(await loginByPasskey(program, key, { signCount: 8 })).toMatchObject({ outcome: 'SUCCESS' })
})

test('of two copies of a key that are used at once one is let in', async (t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  const { key } = await enrolled(server)
  const copies = await Promise.all(
    [1, 2].map(async () => key.get((await askForPasskey(program)).body, { signCount: 5 })),
  )

  const replies = await Promise.all(copies.map((copy) => logInWith(program, copy)))

  expect(replies.map(({ outcome }) => outcome).toSorted()).toEqual([PASSKEY_REFUSED, 'SUCCESS'])
  expect(await reasons(server, 'passkey_cloned')).toHaveLength(1)
})

test('a key that does not count is taken again and again', async (t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  const { key } = await enrolled(server)
  await server.deployment.db.updateTable('passkey').set({ sign_count: 0 }).execute()

  for (let round = 0; round < 2; round++) {
    expect(await loginByPasskey(program, key, { signCount: 0 })).toMatchObject({ outcome: 'SUCCESS' })
  }
})

test('whoever is disabled may not come in, and what was removed lets nobody in', async (t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  const { key, id } = await enrolled(server)
  const user = await signInWith(program, key)
  const second = makeSoftwareKey(pageOrigin(server))
  await enrolKey(program, user, second)

  expect(await passkeysOf(program, user).remove(id)).toMatchObject({ outcome: 'OK' })
  expect(await loginByPasskey(program, key)).toMatchObject({ outcome: PASSKEY_REFUSED })

  await inTransaction(server.deployment.db, (tx) => setUserDisabled(tx, user.userId, server.clock.now()))
  expect(await loginByPasskey(program, second)).toMatchObject({ outcome: 'ACCESS_DENIED' })
})

test('the configuration says for which domain and pages passkeys are good', async (t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  const page = 'https://shop.example.com'
  await savePolicy(server.deployment.db, passkeyPolicy, {
    rp_id: 'example.com',
    origins: ['https://login.example.com', page],
    name: 'Example',
  })
  const owner = await bindAndSignIn(program, 'alice')
  const calls = passkeysOf(program, owner)
  const { body } = await calls.options()
  expect(body['rp']).toEqual({ id: 'example.com', name: 'Example' })
  const ofPublicUrl = makeSoftwareKey(pageOrigin(server)).create(body)
  expect(await calls.enrol(ofPublicUrl)).toMatchObject({ outcome: PASSKEY_REFUSED })

  const key = makeSoftwareKey(page, 'example.com')
  await enrolKey(program, owner, key)
  expect(await loginByPasskey(program, key)).toMatchObject({ outcome: 'SUCCESS' })
  expect(await loginByPasskey(program, key, { origin: pageOrigin(server) })).toMatchObject({
    outcome: PASSKEY_REFUSED,
  })
})
