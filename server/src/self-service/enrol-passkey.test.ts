import { expect, test } from 'vitest'
import {
  enrolKey,
  newcomer,
  pageOrigin,
  PASSKEY_REFUSED,
  passkeysOf,
  signInWith,
} from '../testing/passkeys.ts'
import { REGISTER_CLIENT_ID, type TestServer } from '../testing/server.ts'
import { bindAndSignIn, signedIn } from '../testing/signed-in.ts'
import { makeSoftwareKey } from '../testing/software-key.ts'

const ENROLLED_ALREADY = 'IDAAS.SDK.MFA.9222'
const TOO_MANY = 'IDAAS.SDK.MFA.9223'
const WITH_SECOND_FACTOR = 'IDAAS.SDK.ACCOUNT.9104'
const FIVE_MINUTES_MS = 5 * 60_000

test('an enrolment is good once, and one of two at once goes through', async (t) => {
  const { server, calls, key } = await newcomer(t)
  const response = key.create((await calls.options()).body)

  const replies = await Promise.all([calls.enrol(response), calls.enrol(response)])

  expect(replies.filter(({ outcome }) => outcome === 'OK')).toHaveLength(1)
  expect(await server.count('passkey')).toBe(1)
})

test('of two first passkeys at once one is enrolled: the other wants a session that began with it', async (t) => {
  const { server, calls } = await newcomer(t)
  const responses = await Promise.all(
    [1, 2].map(async () => makeSoftwareKey(pageOrigin(server)).create((await calls.options()).body)),
  )

  const replies = await Promise.all(responses.map((response) => calls.enrol(response)))

  expect(replies.map(({ outcome }) => outcome).toSorted()).toEqual([WITH_SECOND_FACTOR, 'OK'])
})

test('a challenge is good for five minutes', async (t) => {
  const { server, calls, key } = await newcomer(t)
  const [late, inTime] = [(await calls.options()).body, (await calls.options()).body]
  const fresh = passkeysOf(server.miniProgram(), await stillSignedIn(server, FIVE_MINUTES_MS - 1))

  expect(await fresh.enrol(key.create(inTime))).toMatchObject({ outcome: 'OK' })
  server.clock.advance(1)
  const owner = await signInWith(server.miniProgram(), key)
  const another = makeSoftwareKey(pageOrigin(server))
  const reply = await passkeysOf(server.miniProgram(), owner).enrol(another.create(late))
  expect(reply).toMatchObject({ outcome: PASSKEY_REFUSED })
})

async function stillSignedIn(server: TestServer, afterMs: number) {
  server.clock.advance(afterMs)
  return signedIn(server.miniProgram(), await server.miniProgram().login('alice'))
}

test('a challenge of another user, another application or another ceremony enrols nothing', async (t) => {
  const { server, program, calls, key } = await newcomer(t)
  await server.addUser({ mobile: '13800138000', fixedCode: '232326' })
  const bob = passkeysOf(program, await bindAndSignIn(program, 'bob', '13800138000'))
  const elsewhere = server.miniProgram({ clientId: REGISTER_CLIENT_ID })
  const same = passkeysOf(elsewhere, await bindAndSignIn(elsewhere, 'alice2'))
  const user = { id: 'AAAA' }
  const login = { ...(await program.call('/api/v2/ligature/login/passkey/options')).body, user }

  for (const options of [(await bob.options()).body, (await same.options()).body, login]) {
    expect(await calls.enrol(key.create(options))).toMatchObject({ outcome: PASSKEY_REFUSED })
  }
  expect(await server.count('passkey')).toBe(0)
})

test.for([
  ['of another page', { origin: 'https://evil.example' }, 'origin'],
  ['for another domain', { rpId: 'evil.example' }, 'RP ID'],
  ['of a device that has not seen who is there', { isVerified: false }, 'user could not be verified'],
  ['of a frame', { isInFrame: true }, 'in a frame of another site'],
  ['of a sign-in', { type: 'webauthn.get' }, 'type'],
  ['with certificates', { format: 'android-safetynet' }, 'an attestation that nobody asked for'],
] as const)('a new passkey %s is refused', async ([, untruth, reason], t) => {
  const { server, calls, key } = await newcomer(t)

  const reply = await calls.enrol(key.create((await calls.options()).body, untruth))

  expect(reply).toMatchObject({ httpStatus: 400, outcome: PASSKEY_REFUSED })
  expect(server.logLines.join('\n')).toContain(reason)
  expect(await server.count('passkey')).toBe(0)
})

test('a passkey is one user’s', async (t) => {
  const { server, program, user, key } = await newcomer(t)
  await enrolKey(program, user, key)
  await server.addUser({ mobile: '13800138000', fixedCode: '232326' })
  const bob = passkeysOf(program, await bindAndSignIn(program, 'bob', '13800138000'))

  expect(await bob.enrol(key.create((await bob.options()).body))).toMatchObject({ outcome: ENROLLED_ALREADY })
  expect(await bob.list()).toEqual([])
})

test('a user has twenty passkeys at most', async (t) => {
  const { server, program, user, key } = await newcomer(t)
  await enrolKey(program, user, key)
  const owner = await signInWith(program, key)
  const calls = passkeysOf(program, owner)
  for (let number = 2; number < 20; number++) {
    await enrolKey(program, owner, makeSoftwareKey(pageOrigin(server)))
  }
  const [last, surplus] = [(await calls.options()).body, (await calls.options()).body]
  const create = (options: unknown) => makeSoftwareKey(pageOrigin(server)).create(options)

  expect(await calls.enrol(create(last))).toMatchObject({ outcome: 'OK' })
  expect(await calls.enrol(create(surplus))).toMatchObject({ outcome: TOO_MANY })
  expect(await calls.options()).toMatchObject({ outcome: TOO_MANY })
  expect(await calls.list()).toHaveLength(20)
})
