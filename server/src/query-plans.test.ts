import { expect, test } from 'vitest'
import { sweep } from './housekeeping.ts'
import { enrolTotp, factorsOf, signInWithTotp } from './testing/factors.ts'
import { enrolKey, loginByPasskey, pageOrigin, passkeysOf } from './testing/passkeys.ts'
import { findFullScans, watchStatements } from './testing/query-plans.ts'
import { addUserWithPassword, GOOD, logIn } from './testing/passwords.ts'
import { startOpen } from './testing/registering.ts'
import { REGISTER_CLIENT_ID, startServer } from './testing/server.ts'
import { pendingFactor, wantSecondFactor } from './testing/second-factor.ts'
import { bindAndSignIn, signedIn } from './testing/signed-in.ts'
import { makeSoftwareKey } from './testing/software-key.ts'
import { makeTestData } from './testing/test-data.ts'

const ZHANGSAN = '11012345678'
const CODE = '232326'

test('nothing that a request or a sweep asks for reads the whole of a table that grows', async (t) => {
  const data = await makeTestData()
  t.onTestFinished(() => data.remove())
  const server = await startOpen(t, { data })
  const program = server.miniProgram()
  const registering = server.miniProgram({ clientId: REGISTER_CLIENT_ID })
  const statements = watchStatements(t)

  const pending = await program.openSignIn('alice')
  await pending.look()
  await pending.send(ZHANGSAN)
  expect(await pending.bind(ZHANGSAN, '000000')).toMatchObject({ httpStatus: 400 })
  const bound = await pending.bind(ZHANGSAN, CODE)
  expect(await program.login('alice')).toMatchObject({ outcome: 'SUCCESS' })
  const newcomer = await registering.openSignIn('bob')
  await newcomer.send('13800138000', { register: true })
  const code = await registering.newestCode('13800138000')
  expect(await newcomer.registerBind('13800138000', code)).toMatchObject({ outcome: 'SUCCESS' })
  server.clock.advance(60_000)
  await program.send('13900139000', 'LOGIN_SMS')
  const login = { mobile: '13900139000', verify_code: await program.newestCode('13900139000') }
  expect(await program.call('login/mobile-verify-code', { body: login })).toMatchObject({
    outcome: 'SUCCESS',
  })
  await program.loginByPhone('mock:carol?phone=13700137000')
  await addUserWithPassword(server)
  expect(await logIn(program, GOOD)).toMatchObject({ outcome: 'SUCCESS' })

  const alice = signedIn(program, bound)
  await alice.refresh()
  await alice.profile()
  await alice.updateProfile({ industry: 'Shipping' })
  await alice.sessions()
  await alice.endOtherSessions()
  const [link] = await alice.links()
  await alice.unbindAccount(link?.id ?? '')
  await server.sendNotices()
  await sweep(server.deployment.db, server.clock.now())

  expect(statements.size).toBeGreaterThan(60)
  expect(await findFullScans(data, statements)).toEqual([])
})

test('nor does anything that a passkey or a second factor asks for', async (t) => {
  const data = await makeTestData()
  t.onTestFinished(() => data.remove())
  const server = await startServer(t, { data })
  const program = server.miniProgram()
  const statements = watchStatements(t)

  await bindAndSignIn(program, 'alice')
  await wantSecondFactor(server)
  const pending = pendingFactor(program, await program.login('alice'))
  await pending.steps()
  const byCode = signedIn(program, await pending.passByCode(ZHANGSAN, { verify_code: CODE }))
  const { secret } = await enrolTotp(server, program, byCode)
  const again = await signInWithTotp(server, program, 'alice', secret)
  const key = makeSoftwareKey(pageOrigin(server))
  const id = await enrolKey(program, again, key)
  expect(await loginByPasskey(program, key)).toMatchObject({ outcome: 'SUCCESS' })
  await passkeysOf(program, again).rename(id, 'my other phone')
  await passkeysOf(program, again).remove(id)
  await factorsOf(program, again).makeRecoveryCodes()
  await factorsOf(program, again).remove()
  await sweep(server.deployment.db, server.clock.now())

  expect(statements.size).toBeGreaterThan(60)
  expect(await findFullScans(data, statements)).toEqual([])
})

test('a statement that no index helps is found', async (t) => {
  const data = await makeTestData()
  t.onTestFinished(() => data.remove())
  const { deployment } = await startServer(t, { data })
  const statements = watchStatements(t)

  await deployment.db.selectFrom('session').select('id').where('ip', '=', '127.0.0.1').execute()
  // An index gives the order, and is read from one end to the other for it.
  await deployment.db.selectFrom('session').select('expires_at').orderBy('expires_at').execute()

  expect(await findFullScans(data, statements)).toHaveLength(2)
})
