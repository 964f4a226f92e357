import { expect, test } from 'vitest'
import { removeFactors } from '../credentials/index.ts'
import { inTransaction } from '../platform/db/index.ts'
import {
  enrolled,
  enrolKey,
  loginByPasskey,
  logInWith,
  pageOrigin,
  PASSKEY_REFUSED,
  passkeysOf,
  signInWith,
  newcomer,
} from '../testing/passkeys.ts'
import { startServer, type TestServer } from '../testing/server.ts'
import { bindAndSignIn } from '../testing/signed-in.ts'
import { makeSoftwareKey } from '../testing/software-key.ts'

const NO_SUCH = 'IDAAS.SDK.MFA.9224'
const UNAVAILABLE = 'IDAAS.SDK.MFA.9225'
const SIGN_IN_AGAIN = 'IDAAS.SDK.ACCOUNT.9102'
const WITH_SECOND_FACTOR = 'IDAAS.SDK.ACCOUNT.9104'
const ID_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0016'
const MALFORMED = 'IDAAS.SDK.PARAM.9002'
const TEN_MINUTES_MS = 10 * 60_000
const FIVE_MINUTES_MS = 5 * 60_000

async function kinds(server: TestServer) {
  const rows = await server.deployment.db.selectFrom('audit_event').select('kind').execute()
  return rows.map(({ kind }) => kind)
}

test('a passkey is made, listed, renamed and removed; each change is recorded and told', async (t) => {
  const { server, program, user, key } = await newcomer(t)
  await enrolKey(program, user, key)
  const calls = passkeysOf(program, await signInWith(program, key))

  const [passkey] = await calls.list()
  expect(passkey).toEqual({
    id: expect.any(String),
    name: 'my phone',
    created_at: Math.floor(server.clock.now() / 1000),
    last_used_at: Math.floor(server.clock.now() / 1000),
    backed_up: false,
  })
  const { id = '' } = passkey ?? {}
  expect(await calls.rename(id, '小米手机')).toMatchObject({ outcome: 'OK' })
  expect((await calls.list())[0]?.name).toBe('小米手机')
  expect(await calls.remove(id)).toMatchObject({ outcome: 'OK' })
  expect(await calls.list()).toEqual([])
  expect(await calls.remove(id)).toMatchObject({ outcome: NO_SUCH })

  expect(await kinds(server)).toEqual(expect.arrayContaining(['factor_enrolled', 'factor_removed']))
  const notices = await server.deployment.db
    .selectFrom('notice')
    .select('kind')
    .where('kind', 'like', 'factor%')
    .execute()
  expect(notices.map(({ kind }) => kind).toSorted()).toEqual([
    'factor_added',
    'factor_added',
    'factor_removed',
    'factor_removed',
  ])
})

test('the options name nobody, ask the device to verify its user, and leave out what he has', async (t) => {
  const { program, user, calls, key } = await newcomer(t)

  const { body, text } = await calls.options()

  expect(body).toMatchObject({
    rp: { id: 'localhost', name: 'localhost' },
    timeout: FIVE_MINUTES_MS,
    excludeCredentials: [],
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    attestation: 'none',
    pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: 'public-key', alg })),
  })
  for (const secret of ['11012345678', 'zhangsan@qq.com', user.userId]) expect(text).not.toContain(secret)

  await enrolKey(program, user, key)
  const again = await passkeysOf(program, await signInWith(program, key)).options()
  expect(again.body['user']).toEqual(body['user'])
  expect(again.body['excludeCredentials']).toEqual([
    { id: key.credentialId, type: 'public-key', transports: ['internal'] },
  ])
})

test('recovery codes come with the first one, and go with the last', async (t) => {
  const { server, program, calls, key } = await newcomer(t)
  const first = await calls.enrol(key.create((await calls.options()).body))
  expect(first.body['recovery_codes']).toHaveLength(10)
  expect(await server.count('recovery_code')).toBe(10)

  const owner = passkeysOf(program, await signInWith(program, key))
  const another = makeSoftwareKey(pageOrigin(server))
  const second = await owner.enrol(another.create((await owner.options()).body))
  expect(second.body).toEqual({ id: expect.any(String) })

  await owner.remove(String(first.body['id']))
  expect(await server.count('recovery_code')).toBe(10)
  await owner.remove(String(second.body['id']))
  expect(await server.count('recovery_code')).toBe(0)
})

test('an operator takes them away from whoever has lost them', async (t) => {
  const { server, program, user, key } = await newcomer(t)
  await enrolKey(program, user, key)
  const { db, vault } = server.deployment

  const removed = await inTransaction(db, (tx) => removeFactors(tx, vault, user.userId))

  expect(removed).toEqual({ hadTotp: false, passkeys: 1, recoveryCodes: 10 })
  expect(await loginByPasskey(program, key)).toMatchObject({ outcome: PASSKEY_REFUSED })
})

test('it wants a session of the last ten minutes', async (t) => {
  const { server, program, user, calls } = await newcomer(t)
  server.clock.advance(TEN_MINUTES_MS)
  const refreshed = { idToken: String((await user.refresh()).body['id_token']) }
  const refreshedCalls = passkeysOf(program, refreshed)
  expect(await refreshedCalls.options()).toMatchObject({ httpStatus: 200 })

  server.clock.advance(1)
  expect(await refreshedCalls.options()).toMatchObject({ outcome: SIGN_IN_AGAIN })
  expect(await calls.options()).toMatchObject({ outcome: ID_TOKEN_REFUSED })
})

test('whoever has a passkey changes his passkeys only in a session that began with two factors', async (t) => {
  const { program, user, calls, key } = await newcomer(t)
  const options = (await calls.options()).body
  await enrolKey(program, user, key)
  const [passkey] = await calls.list()
  const { id = '' } = passkey ?? {}
  const another = makeSoftwareKey('x')

  for (const reply of [
    await calls.options(),
    await calls.enrol(another.create(options)),
    await calls.rename(id, 'mine'),
    await calls.remove(id),
  ]) {
    expect(reply).toMatchObject({ outcome: WITH_SECOND_FACTOR })
  }
  expect(await calls.list()).toEqual([passkey])
})

test('nobody renames or removes the passkey of another', async (t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  const { id, key } = await enrolled(server, program)
  await server.addUser({ mobile: '13800138000', fixedCode: '232326' })
  const bob = passkeysOf(program, await bindAndSignIn(program, 'bob', '13800138000'))

  expect(await bob.rename(id, 'bob’s')).toMatchObject({ outcome: NO_SUCH })
  expect(await bob.remove(id)).toMatchObject({ outcome: NO_SUCH })
  expect(await loginByPasskey(program, key)).toMatchObject({ outcome: 'SUCCESS' })
})

test('where the public URL has an IP address that is not this machine’s there are no passkeys', async (t) => {
  const server = await startServer(t, { server: { publicUrl: () => 'https://192.0.2.7' } })
  const program = server.miniProgram()
  const calls = passkeysOf(program, await bindAndSignIn(program, 'alice'))

  expect(await calls.options()).toMatchObject({ outcome: UNAVAILABLE })
  expect(await program.call('/api/v2/ligature/login/passkey/options')).toMatchObject({ outcome: UNAVAILABLE })
})

test('what is no response at all is malformed, on either call', async (t) => {
  const { program, calls, key } = await newcomer(t)
  const good = key.create((await calls.options()).body)
  const { response } = good

  for (const bad of [
    'text',
    [good],
    { ...good, id: 7 },
    { ...good, id: 'a b' },
    { ...good, type: 'password' },
    { ...good, response: { ...response, clientDataJSON: ['x'] } },
    { ...good, response: { ...response, clientDataJSON: 'A'.repeat(4097) } },
  ]) {
    expect(await calls.enrol(bad)).toMatchObject({ outcome: MALFORMED })
    expect(await logInWith(program, bad)).toMatchObject({
      httpStatus: 400,
      outcome: expect.stringMatching(/PARAM/),
    })
  }
  for (const forged of ['AAAA', 'A'.repeat(8192)]) {
    const body = { ...good, response: { ...response, attestationObject: forged } }
    expect(await calls.enrol(body)).toMatchObject({ outcome: PASSKEY_REFUSED })
  }
  for (const clientDataJSON of ['AAAA', Buffer.from('{"challenge":7}').toString('base64url')]) {
    const body = { ...good, response: { ...response, clientDataJSON } }
    expect(await calls.enrol(body)).toMatchObject({ outcome: PASSKEY_REFUSED })
  }
})

test('the name is sealed, and the store holds nothing of the challenge but its hash', async (t) => {
  const { server, calls, key } = await newcomer(t)
  const { body } = await calls.options()
  await calls.enrol(key.create(body), '王小明的手机')

  const rows = JSON.stringify([
    await server.deployment.db.selectFrom('passkey').selectAll().execute(),
    await server.deployment.db.selectFrom('passkey_challenge').selectAll().execute(),
  ])
  expect(rows).not.toContain('王小明')
  expect(rows).not.toContain(String(body['challenge']))
  expect(await calls.list()).toMatchObject([{ name: '王小明的手机' }])
})
