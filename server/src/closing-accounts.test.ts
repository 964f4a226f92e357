import { describe, expect, test } from 'vitest'
import { sweep } from './housekeeping.ts'
import { enableUser, showUser } from './operators/index.ts'
import { savePolicy } from './platform/policy/index.ts'
import { startServer } from './testing/server.ts'
import { bindAndSignIn, signedIn, signIn } from './testing/signed-in.ts'
import { startTwo } from './testing/two-instances.ts'
import { accountClosing } from './self-service/index.ts'
import {
  DAY,
  PERIOD,
  LI,
  CODE,
  SIGN_IN_AGAIN,
  CODE_INCORRECT,
  NO_SUCH_USER,
  STATE_TOKEN_REFUSED,
  ID_TOKEN_REFUSED,
  SESSION_TOKEN_REFUSED,
  loginByCode,
  startWithLi,
} from './testing/closed-account.ts'

describe('a closed account', () => {
  test('is dead at once: sessions, open sign-ins, codes, and every way to sign in', async (t) => {
    const { server, program, alice } = await startWithLi(t)
    const elsewhere = await signIn(program, 'alice')
    const waiting = await program.openSignIn('bob')
    await waiting.send(LI)

    const closed = await alice.closeAccount()

    expect(closed).toMatchObject({
      httpStatus: 200,
      body: { closes_at: (server.clock.now() + PERIOD) / 1000 },
    })
    for (const session of [alice, elsewhere]) {
      expect(await session.refresh()).toMatchObject({ outcome: SESSION_TOKEN_REFUSED })
      expect(await session.list()).toMatchObject({ outcome: ID_TOKEN_REFUSED })
    }
    expect(await waiting.bind(LI, CODE)).toMatchObject({ outcome: CODE_INCORRECT })
    server.clock.advance(60_000)
    expect(await program.login('alice')).toMatchObject({ outcome: 'ACCESS_DENIED' })
    expect(await loginByCode(program)).toMatchObject({ outcome: 'ACCESS_DENIED' })
    await waiting.send(LI)
    expect(await waiting.bind(LI, CODE)).toMatchObject({ outcome: 'ACCESS_DENIED' })
  })

  test('is not gone around: nobody becomes a new user with its address', async (t) => {
    const { server, program, alice } = await startWithLi(t, {
      connection: { whenUnbound: 'bind_or_register' },
    })
    await alice.closeAccount()
    const users = await server.count('user')
    server.clock.advance(60_000)
    const newcomer = await program.openSignIn('newcomer')
    await newcomer.send(LI, { register: true })

    expect(await newcomer.registerBind(LI, CODE)).toMatchObject({ outcome: 'ACCESS_DENIED' })

    expect(await server.count('user')).toBe(users)
  })

  test('is told to every verified address, and recorded, and so is who was denied entry', async (t) => {
    const { server, program, user, alice } = await startWithLi(t)
    await alice.closeAccount()
    await program.login('alice')

    const notices = await server.deployment.db
      .selectFrom('notice')
      .select('channel')
      .where('kind', '=', 'account_closing')
      .execute()
    expect(notices.map(({ channel }) => channel).toSorted()).toEqual(['email', 'sms'])
    const events = await server.deployment.db
      .selectFrom('audit_event')
      .select(['kind', 'because'])
      .where('user_id', '=', user.id)
      .where('kind', 'in', ['account_closing', 'access_denied'])
      .execute()
    expect(events).toEqual([
      { kind: 'account_closing', because: null },
      { kind: 'access_denied', because: 'the user has closed his account' },
    ])
  })

  test('is shown to operators as closing, who can enable it; sessions of before stay dead', async (t) => {
    const { server, program, user, alice } = await startWithLi(t)
    await alice.closeAccount()
    const show = () => showUser(server.deployment, user.id, server.clock.now())
    expect(await show()).toMatchObject({
      status: 'closing',
      closes_at: '2026-01-20T08:00:00.000Z',
      sessions: [],
    })

    await enableUser(server.deployment, user.id, server.clock.now())

    expect(await show()).toMatchObject({ status: 'enabled' })
    expect(await show()).not.toHaveProperty('closes_at')
    expect(await program.login('alice')).toMatchObject({ outcome: 'SUCCESS' })
    expect(await alice.refresh()).toMatchObject({ outcome: SESSION_TOKEN_REFUSED })
    expect(await server.count('notice')).toBe(1 + 2 + 2)
  })
})

test('ten minutes after signing in it can be closed, a moment later not', async (t) => {
  const idToken = { algorithm: 'RS256', subject: 'user_id', lifetimeSeconds: 3600 } as const
  const { server, program, alice } = await startWithLi(t, { application: { idToken } })
  server.clock.advance(10 * 60_000 + 1)
  expect(await alice.closeAccount()).toMatchObject({ httpStatus: 400, outcome: SIGN_IN_AGAIN })
  expect(await program.login('alice')).toMatchObject({ outcome: 'SUCCESS' })

  const again = await signIn(program, 'alice')
  server.clock.advance(10 * 60_000)
  expect(await again.closeAccount()).toMatchObject({ httpStatus: 200 })
})

describe('after the period, without a sweep', () => {
  test('the address and the WeChat identity are free, for somebody new', async (t) => {
    const { server, program, user, alice } = await startWithLi(t, {
      connection: { whenUnbound: 'bind_or_register' },
    })
    await alice.closeAccount()
    server.clock.advance(PERIOD)

    const pending = await program.openSignIn('alice')
    expect(pending.status).toBe('USER_REGISTER')
    await pending.send(LI, { register: true })
    const somebody = signedIn(program, await pending.registerBind(LI, CODE))

    expect(somebody.userId).not.toBe(user.id)
    const deleted = await server.deployment.db
      .selectFrom('audit_event')
      .select(['user_id', 'because'])
      .where('kind', '=', 'user_deleted')
      .execute()
    expect(deleted).toEqual([{ user_id: user.id, because: 'he closed his account' }])
  })

  test('a bind finds nobody by it', async (t) => {
    const { server, program, alice } = await startWithLi(t)
    await alice.closeAccount()
    server.clock.advance(PERIOD)
    const pending = await program.openSignIn('bob')
    await pending.send(LI)

    expect(await pending.bind(LI, CODE)).toMatchObject({ outcome: NO_SUCH_USER })
  })

  test('an instance that looked before it was closed knows as well, and a sign-in that was open is over', async (t) => {
    const { clock, one, other } = await startTwo(t)
    await other.miniProgram().login('alice')
    await signIn(one.miniProgram(), 'alice').then((alice) => alice.closeAccount())
    clock.advance(PERIOD - 1)
    expect(await other.miniProgram().login('alice')).toMatchObject({ outcome: 'ACCESS_DENIED' })
    expect(await one.miniProgram().login('alice')).toMatchObject({ outcome: 'ACCESS_DENIED' })
    const waiting = await other.miniProgram().openSignIn('bob')

    clock.advance(1)
    const logins = await Promise.all(
      [other, one, other, one].map((each) => each.miniProgram().login('alice')),
    )

    expect(logins.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 4 }, () => 'SOCIAL_BIND'))
    expect(await waiting.look()).toMatchObject({ outcome: 'SOCIAL_BIND' })
    expect(
      await one.deployment.db
        .selectFrom('audit_event')
        .select('id')
        .where('kind', '=', 'user_deleted')
        .execute(),
    ).toHaveLength(1)
  })
})

test('a sweep removes who is over, and nobody else', async (t) => {
  const { server, alice } = await startWithLi(t)
  await alice.closeAccount()
  const users = await server.count('user')

  await sweep(server.deployment.db, server.clock.now() + PERIOD - 1)
  expect(await server.count('user')).toBe(users)
  await sweep(server.deployment.db, server.clock.now() + PERIOD)
  expect(await server.count('user')).toBe(users - 1)
})

test.for([1, 30])('the policy sets the days: %i', async (days, t) => {
  const { server, alice } = await startWithLi(t)
  await savePolicy(server.deployment.db, accountClosing, { days })

  expect(await alice.closeAccount()).toMatchObject({
    body: { closes_at: (server.clock.now() + days * DAY) / 1000 },
  })
})

test.each([0, 366, 1.5, '15'])('%o days are refused', (days) => {
  expect(accountClosing.schema.safeParse({ days }).success).toBe(false)
})

test(
  'closing against closing and logins: it is closed once, and no session outlives it, twenty times',
  { timeout: 120_000 },
  async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    for (let round = 1; round <= 20; round++) {
      const mobile = `137${String(round).padStart(8, '0')}`
      const { id } = await server.addUser({ mobile, fixedCode: CODE })
      const alice = await bindAndSignIn(program, `alice${round}`, mobile)

      const [one, other, ...logins] = await Promise.all([
        alice.closeAccount(),
        alice.closeAccount(),
        ...[1, 2, 3].map(() => program.login(`alice${round}`)),
      ])

      expect([one.outcome, other.outcome].toSorted()).toEqual([ID_TOKEN_REFUSED, 'OK'])
      for (const reply of logins) {
        expect(['SUCCESS', 'ACCESS_DENIED']).toContain(reply.outcome)
        if (reply.outcome !== 'SUCCESS') continue
        const late = signedIn(program, reply)
        expect(await late.refresh()).toMatchObject({ outcome: SESSION_TOKEN_REFUSED })
      }
      await enableUser(server.deployment, id, server.clock.now())
      for (const reply of logins.filter(({ outcome }) => outcome === 'SUCCESS')) {
        expect(await signedIn(program, reply).refresh()).toMatchObject({ outcome: SESSION_TOKEN_REFUSED })
      }
    }
  },
)

test('a sign-in that waits for an identity of his ends with the account', async (t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  await server.addUser({ mobile: LI, fixedCode: CODE })
  const waiting = await program.openSignIn('alice')
  const alice = await bindAndSignIn(program, 'alice', LI)
  // As if it had been opened in the instant of the bind, which ended those that it saw.
  const { db } = server.deployment
  await db.updateTable('sign_in').set({ ended_at: null }).where('completed_at', 'is', null).execute()
  expect(await waiting.look()).toMatchObject({ outcome: 'SOCIAL_BIND' })

  await alice.closeAccount()

  expect(await waiting.look()).toMatchObject({ outcome: STATE_TOKEN_REFUSED })
})
