import { expect, test } from 'vitest'
import { passwordPolicy } from './credentials/index.ts'
import { sweep } from './housekeeping.ts'
import { savePolicy } from './platform/policy/index.ts'
import { codeAt, enrolTotp, factorsOf, STEP } from './testing/factors.ts'
import type { MiniProgram } from './testing/mini-program.ts'
import {
  askForPasskey,
  enrolKey,
  loginByPasskey,
  logInWith,
  pageOrigin,
  passkeysOf,
} from './testing/passkeys.ts'
import { findFullScans, watchStatements } from './testing/query-plans.ts'
import { addUserWithPassword, BETTER, GOOD, logIn } from './testing/passwords.ts'
import { startOpen } from './testing/registering.ts'
import { pendingFactor, setAccess } from './testing/second-factor.ts'
import { REGISTER_CLIENT_ID, startServer, type TestServer } from './testing/server.ts'
import { type SignedIn, signedIn } from './testing/signed-in.ts'
import { makeSoftwareKey } from './testing/software-key.ts'
import { makeTestData } from './testing/test-data.ts'

const ZHANGSAN = '11012345678'
const LI = '13600136000'
const CODE = '232326'
const MINUTE = 60_000
const YEAR = 365 * 24 * 60 * MINUTE

test('nothing that a request or a sweep asks for reads the whole of a table, or of an index, that grows', async (t) => {
  const data = await makeTestData()
  t.onTestFinished(() => data.remove())
  const server = await startOpen(t, { data })
  const program = server.miniProgram()
  const statements = watchStatements(t)

  const pending = await program.openSignIn('alice')
  await pending.look()
  await pending.send(ZHANGSAN)
  expect(await pending.bind(ZHANGSAN, '000000')).toMatchObject({ httpStatus: 400 })
  const bound = await pending.bind(ZHANGSAN, CODE)
  expect(await program.login('alice')).toMatchObject({ outcome: 'SUCCESS' })
  await comeAsSomebodyNew(server, program)
  await usePasskey(server, program)

  const alice = signedIn(program, bound)
  await alice.refresh()
  await alice.profile()
  await alice.updateProfile({ industry: 'Shipping' })
  await alice.sessions()
  await alice.endOtherSessions()
  const [link] = await alice.links()
  await alice.unbindAccount(link?.id ?? '')
  const li = await passSecondFactors(server, program)
  await changePassword(server, program, li)
  expect(await li.closeAccount()).toMatchObject({ httpStatus: 200 })
  await server.sendNotices()
  server.clock.advance(YEAR)
  await sweep(server.deployment.db, server.clock.now())

  expect(statements.size).toBeGreaterThan(90)
  expect(await findFullScans(data, statements)).toEqual([])
})

async function comeAsSomebodyNew(server: TestServer, program: MiniProgram): Promise<void> {
  const registering = server.miniProgram({ clientId: REGISTER_CLIENT_ID })
  const newcomer = await registering.openSignIn('bob')
  await newcomer.send('13800138000', { register: true })
  const code = await registering.newestCode('13800138000')
  expect(await newcomer.registerBind('13800138000', code)).toMatchObject({ outcome: 'SUCCESS' })
  server.clock.advance(MINUTE)
  await program.send('13900139000', 'LOGIN_SMS')
  const login = { mobile: '13900139000', verify_code: await program.newestCode('13900139000') }
  expect(await program.call('login/mobile-verify-code', { body: login })).toMatchObject({
    outcome: 'SUCCESS',
  })
  await program.loginByPhone('mock:carol?phone=13700137000')
}

/** Enrols one, signs in with it, is refused with it, and removes it. */
async function usePasskey(server: TestServer, program: MiniProgram): Promise<void> {
  const key = makeSoftwareKey(pageOrigin(server))
  const id = await enrolKey(program, signedIn(program, await program.login('alice')), key)
  expect(await loginByPasskey(program, key)).toMatchObject({ outcome: 'SUCCESS' })
  const used = key.get((await askForPasskey(program)).body, { signCount: 7 })
  expect(await logInWith(program, used)).toMatchObject({ outcome: 'SUCCESS' })
  expect(await logInWith(program, used)).toMatchObject({ httpStatus: 400 })
  const { headers } = pendingFactor(program, await program.login('alice'))
  const response = key.get((await program.call('mfa/passkey/options', { headers })).body, { signCount: 8 })
  const passed = signedIn(program, await program.call('mfa/passkey', { headers, body: { response } }))
  const calls = passkeysOf(program, passed)
  expect(await calls.rename(id, 'my other phone')).toMatchObject({ outcome: 'OK' })
  expect(await calls.remove(id)).toMatchObject({ outcome: 'OK' })
}

/** Passes by a code, by a device that is trusted, by an authenticator app and by a recovery code. */
async function passSecondFactors(server: TestServer, program: MiniProgram): Promise<SignedIn> {
  // Whoever has no other factor, and comes with a device that he does not trust, is asked for a code.
  const whoIsNew = { name: 'new device', when: { new_device: true }, result: 'second_factor' } as const
  await setAccess(server, { rules: [whoIsNew], trusted_device: '7 days' })
  await addUserWithPassword(server, { mobile: LI, fixedCode: CODE })
  const byPassword = async () => pendingFactor(program, await logIn(program, GOOD))
  server.clock.advance(MINUTE)
  const bySms = await (await byPassword()).passByCode(LI, { verify_code: CODE, trust_device: true })
  const trusted = { 'X-device-token': String(bySms.body['device_token']) }
  const body = { user_name: 'li', password: GOOD }
  expect(await program.call('login', { headers: trusted, body })).toMatchObject({ outcome: 'SUCCESS' })

  const { secret, recoveryCodes } = await enrolTotp(server, program, signedIn(program, bySms))
  server.clock.advance(STEP)
  const pass = async (path: string, code = ''): Promise<SignedIn> => {
    const { headers } = await byPassword()
    const wrong = await program.call(path, { headers, body: { code: '00000000' } })
    expect(wrong).toMatchObject({ httpStatus: 400 })
    return signedIn(program, await program.call(path, { headers, body: { code } }))
  }
  await pass('mfa/totp', codeAt(secret, server.clock.now()))
  const li = await pass('mfa/recovery-code', recoveryCodes[0])
  expect(await factorsOf(program, li).makeRecoveryCodes()).toMatchObject({ outcome: 'OK' })
  expect(await factorsOf(program, li).remove()).toMatchObject({ outcome: 'OK' })
  return li
}

async function changePassword(
  server: TestServer,
  program: MiniProgram,
  { idToken }: SignedIn,
): Promise<void> {
  await savePolicy(server.deployment.db, passwordPolicy, { history: 2 })
  const headers = { Authorization: `Bearer ${idToken}` }
  const body = { old_password: GOOD, new_password: BETTER }
  expect(await program.call('pwd/change', { headers, body })).toMatchObject({ outcome: 'OK' })
}

test('a statement that no index helps is found', async (t) => {
  const data = await makeTestData()
  t.onTestFinished(() => data.remove())
  const { deployment } = await startServer(t, { data })
  const statements = watchStatements(t)

  await deployment.db.selectFrom('session').select('id').where('ip', '=', '127.0.0.1').execute()

  expect(await findFullScans(data, statements)).toHaveLength(1)
})

test('so is one that reads an index from end to end, or from some moment on, or asks for no first column of it', async (t) => {
  const data = await makeTestData()
  t.onTestFinished(() => data.remove())
  const { deployment } = await startServer(t, { data })
  const { db } = deployment
  const statements = watchStatements(t)

  await db.selectFrom('session').select('expires_at').orderBy('expires_at').execute()
  await db.selectFrom('sign_in').select('id').where('expires_at', '>', 0).execute()
  await db.selectFrom('audit_event').select('user_id').where('at', '=', 0).execute()

  expect(await findFullScans(data, statements)).toEqual([
    expect.stringMatching(/^audit_event: /),
    expect.stringMatching(/^session: /),
    expect.stringMatching(/^sign_in: /),
  ])
})
