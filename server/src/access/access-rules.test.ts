import { describe, expect, test, type TestContext } from 'vitest'
import { inTransaction } from '../platform/db/index.ts'
import { addUserWithPassword, GOOD, logIn } from '../testing/passwords.ts'
import { pendingFactor, setAccess } from '../testing/second-factor.ts'
import { startServer } from '../testing/server.ts'
import { setGroupsOf } from '../users/index.ts'

const LI = '13800138000'
const CODE = '232326'
const DAY_MS = 24 * 60 * 60_000

async function startWithLi(t: TestContext, options: Parameters<typeof startServer>[1] = {}) {
  const server = await startServer(t, { mode: 'dev', ...options })
  const user = await addUserWithPassword(server, { mobile: LI, fixedCode: CODE })
  const program = server.miniProgram()
  const outcomeOf = async (headers: Readonly<Record<string, string>> = {}) => {
    const body = { user_name: 'li', password: GOOD }
    return (await program.call('login', { body, headers })).outcome
  }
  return { server, user, program, outcomeOf }
}

const MFA = { result: 'second_factor' } as const

test('the first rule that counts decides, those of the deployment before those of the application', async (t) => {
  const { server, outcomeOf } = await startWithLi(t, {
    application: { accessRules: [{ name: 'of the application', when: {}, ...MFA }] },
  })
  expect(await outcomeOf()).toBe('MFA_AUTH')

  await setAccess(server, {
    rules: [
      { name: 'all come in', result: 'allow' },
      { name: 'nobody comes in', result: 'deny' },
    ],
  })
  expect(await outcomeOf()).toBe('SUCCESS')
})

test('where no rule counts everybody comes in who has no second factor', async (t) => {
  const { outcomeOf } = await startWithLi(t)

  expect(await outcomeOf()).toBe('SUCCESS')
})

test('a group is asked, or kept out, and nobody else', async (t) => {
  const { server, user, outcomeOf } = await startWithLi(t)
  await setAccess(server, {
    rules: [
      { name: 'blocked', when: { groups: ['blocked', 'left'] }, result: 'deny' },
      { name: 'staff', when: { groups: ['staff'] }, ...MFA },
    ],
  })
  const put = (...groups: string[]) =>
    inTransaction(server.deployment.db, (tx) => setGroupsOf(tx, user.id, groups))

  expect(await outcomeOf()).toBe('SUCCESS')
  await put('staff')
  expect(await outcomeOf()).toBe('MFA_AUTH')
  await put('staff', 'left')
  expect(await outcomeOf()).toBe('ACCESS_DENIED')
})

test('who has been away for so long is asked, and not a moment before', async (t) => {
  const { server, outcomeOf } = await startWithLi(t)
  await setAccess(server, { rules: [{ name: 'long away', when: { idle_for: '30 days' }, ...MFA }] })

  expect(await outcomeOf()).toBe('SUCCESS')
  server.clock.advance(30 * DAY_MS - 1)
  expect(await outcomeOf()).toBe('SUCCESS')
  server.clock.advance(30 * DAY_MS)
  expect(await outcomeOf()).toBe('MFA_AUTH')
})

test('a country is new until he has come in from there', async (t) => {
  const { server, program, outcomeOf } = await startWithLi(t)
  const rules = [{ name: 'abroad', when: { new_country: true }, ...MFA }]
  const from = (country: string) =>
    setAccess(server, { rules, countries: [{ country, ranges: ['127.0.0.0/8', '::1/128'] }] })
  server.clock.advance(DAY_MS)

  await from('CN')
  const pending = pendingFactor(program, await logIn(program, GOOD))
  expect(await pending.passByCode(LI, { verify_code: CODE })).toMatchObject({ outcome: 'SUCCESS' })
  expect(await outcomeOf()).toBe('SUCCESS')
  await from('FR')
  expect(await outcomeOf()).toBe('MFA_AUTH')
  await from('CN')
  expect(await outcomeOf()).toBe('SUCCESS')
  // An address that no list has is a country of its own.
  await setAccess(server, { rules })
  expect(await outcomeOf()).toBe('MFA_AUTH')
})

describe('a device that its user trusts', () => {
  async function startTrusted(t: TestContext) {
    const started = await startWithLi(t)
    const { server, program } = started
    await setAccess(server, {
      rules: [{ name: 'new device', when: { new_device: true }, ...MFA }],
      trusted_device: '7 days',
    })
    const pending = pendingFactor(program, await logIn(program, GOOD))
    const reply = await pending.passByCode(LI, { verify_code: CODE, trust_device: true })
    const headers = { 'X-device-token': String(reply.body['device_token']) }
    return {
      ...started,
      reply,
      headers,
      bearer: { Authorization: `Bearer ${String(reply.body['id_token'])}` },
    }
  }

  test('is not asked again until the days are over', async (t) => {
    const { server, reply, headers, outcomeOf } = await startTrusted(t)

    expect(reply.body).toMatchObject({
      device_token: expect.stringMatching(/^\w{32}$/),
      device_token_expire: (7 * DAY_MS) / 1000,
    })
    expect(await outcomeOf(headers)).toBe('SUCCESS')
    expect(await outcomeOf()).toBe('MFA_AUTH')
    server.clock.advance(7 * DAY_MS - 1)
    expect(await outcomeOf(headers)).toBe('SUCCESS')
    server.clock.advance(1)
    expect(await outcomeOf(headers)).toBe('MFA_AUTH')
  })

  test('is trusted for its user only, and at its application', async (t) => {
    const { server, program, headers } = await startTrusted(t)
    await addUserWithPassword(server, { userName: 'wang', mobile: '13700137000' })
    const other = server.miniProgram({ clientId: 'demoBindOrRegister00000000000001' })
    const login = (at: typeof program, userName: string) =>
      at.call('login', { headers, body: { user_name: userName, password: GOOD } })

    expect(await login(program, 'wang')).toMatchObject({ outcome: 'MFA_AUTH' })
    expect(await login(other, 'li')).toMatchObject({ outcome: 'MFA_AUTH' })
    expect(await login(program, 'li')).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('is listed, and trusted no longer once he says so', async (t) => {
    const { server, program, headers, bearer, outcomeOf } = await startTrusted(t)
    const listed = await program.call('/api/v2/ligature/trusted-devices', { method: 'GET', headers: bearer })
    const at = server.clock.now() / 1000
    expect(listed.body['trusted_devices']).toEqual([
      {
        id: expect.any(String),
        client_id: 'nTo1eRIub60vPb54WeE6aojPwYwImtl4',
        application: 'Demo, bind',
        trusted_at: at,
        expires_at: at + (7 * DAY_MS) / 1000,
        ip: '127.0.0.1',
        operating_system: 'Android 10',
        agent: 'test',
      },
    ])
    const [{ id }] = listed.body['trusted_devices'] as [{ id: string }]
    const end = () => program.call('/api/v2/ligature/trusted-devices/end', { headers: bearer, body: { id } })

    expect(await end()).toMatchObject({ httpStatus: 200, text: '' })
    expect(await end()).toMatchObject({ httpStatus: 400, outcome: 'IDAAS.SDK.ACCOUNT.9105' })
    expect(await outcomeOf(headers)).toBe('MFA_AUTH')
  })

  test('does not spare him the second factor when something is bound to his account', async (t) => {
    const { program, headers } = await startTrusted(t)
    const signIn = await program.openSignIn('alice')
    await signIn.send(LI)

    const reply = await program.call('social/bind', {
      headers: { ...headers, 'X-state-token': signIn.stateToken },
      body: { mobile: LI, verify_code: CODE },
    })

    expect(reply).toMatchObject({ outcome: 'MFA_AUTH' })
  })

  test('is nobody’s where the deployment has none', async (t) => {
    const { server, program } = await startWithLi(t)
    const rules = [{ name: 'new device', when: { new_device: true }, ...MFA }]
    await setAccess(server, { rules, trusted_device: null })
    const pending = pendingFactor(program, await logIn(program, GOOD))

    const reply = await pending.passByCode(LI, { verify_code: CODE, trust_device: true })

    expect(Object.keys(reply.body)).toEqual(['session_token', 'expire', 'status', 'id_token'])
  })
})

test('which rule has decided is on record', async (t) => {
  const { server, outcomeOf } = await startWithLi(t)
  const rules = (result: 'allow' | 'deny' | 'second_factor') => [{ name: `to ${result}`, result }]
  for (const result of ['allow', 'second_factor', 'deny'] as const) {
    server.clock.advance(1_000)
    await setAccess(server, { rules: rules(result) })
    await outcomeOf()
  }

  const events = await server.deployment.db
    .selectFrom('audit_event')
    .select(['kind', 'because'])
    .where('kind', 'in', ['session_opened', 'sign_in_opened', 'access_denied'])
    .orderBy('at')
    .execute()
  expect(events).toEqual([
    { kind: 'session_opened', because: 'rule "to allow" of the deployment' },
    { kind: 'sign_in_opened', because: 'MFA_AUTH; rule "to second_factor" of the deployment' },
    { kind: 'access_denied', because: 'rule "to deny" of the deployment' },
  ])
})
