import { describe, expect, test } from 'vitest'
import { sweep } from './housekeeping.ts'
import { disableUser, enableUser, showUser } from './operators/index.ts'
import { savePolicy } from './platform/policy/index.ts'
import type { MiniProgram } from './testing/mini-program.ts'
import { startServer } from './testing/server.ts'
import { bindAndSignIn, signedIn, signIn } from './testing/signed-in.ts'
import { startTwo } from './testing/two-instances.ts'
import { accountClosing } from './self-service/index.ts'

const DAY = 24 * 60 * 60_000
const PERIOD = 15 * DAY
const LI = '13800138000'
const LI_MAIL = 'li@example.com'
const CODE = '232326'

const SIGN_IN_AGAIN = 'IDAAS.SDK.ACCOUNT.9102'
const NOT_CLOSED = 'IDAAS.SDK.ACCOUNT.9103'
const CODE_INCORRECT = 'IDAAS.SDK.CAPTCHA.0007'
const NO_SUCH_USER = 'IDAAS.SDK.LOGIN.9005'
const STATE_TOKEN_REFUSED = 'IDAAS.SDK.COMMON.1007'
const ID_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0016'
const SESSION_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0023'

async function loginByCode(program: MiniProgram, mobile = LI) {
  await program.send(mobile, 'LOGIN_SMS')
  return program.call('login/mobile-verify-code', { body: { mobile, verify_code: CODE } })
}

async function reopen(program: MiniProgram, mobile = LI, code = CODE) {
  await program.send(mobile, 'LOGIN_SMS')
  return program.call('/api/v2/ligature/account/reopen', { body: { mobile, verify_code: code } })
}

/** Li has a mobile and a mailbox, both with a fixed code, and alice is his WeChat. */
async function startWithLi(
  t: Parameters<typeof startServer>[0],
  options?: Parameters<typeof startServer>[1],
) {
  const server = await startServer(t, options)
  const program = server.miniProgram()
  const user = await server.addUser({ mobile: LI, email: LI_MAIL, fixedCode: CODE })
  const alice = await bindAndSignIn(program, 'alice', LI)
  return { server, program, user, alice }
}

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

describe('opening it again', () => {
  test('works until the last moment, signs in, and is told to the other address', async (t) => {
    const { server, program, user, alice } = await startWithLi(t)
    await alice.closeAccount()
    server.clock.advance(PERIOD - 1)

    const reply = await reopen(program)

    expect(signedIn(program, reply).userId).toBe(user.id)
    expect(await program.login('alice')).toMatchObject({ outcome: 'SUCCESS' })
    expect(await alice.refresh()).toMatchObject({ outcome: SESSION_TOKEN_REFUSED })
    const notices = await server.deployment.db
      .selectFrom('notice')
      .select('channel')
      .where('kind', '=', 'account_reopened')
      .execute()
    expect(notices).toEqual([{ channel: 'email' }])
    server.clock.advance(DAY)
    expect(await program.login('alice')).toMatchObject({ outcome: 'SUCCESS' })
  })

  test('does not work at the end of the period: nobody is there any more', async (t) => {
    const { server, program, user, alice } = await startWithLi(t)
    await alice.closeAccount()
    server.clock.advance(PERIOD)

    expect(await reopen(program)).toMatchObject({ httpStatus: 400, outcome: NOT_CLOSED })

    await expect(showUser(server.deployment, user.id, server.clock.now())).rejects.toThrow('no user')
  })

  test('wants a right code, and one for signing in', async (t) => {
    const { server, program, alice } = await startWithLi(t)
    await alice.closeAccount()
    server.clock.advance(60_000)
    expect(await reopen(program, LI, '000000')).toMatchObject({ outcome: CODE_INCORRECT })
    server.clock.advance(5 * 60_000)
    await program.send(LI, 'BIND_MOBILE_SMS')
    const body = { mobile: LI, verify_code: CODE }
    expect(await program.call('/api/v2/ligature/account/reopen', { body })).toMatchObject({
      outcome: CODE_INCORRECT,
    })

    expect(await program.login('alice')).toMatchObject({ outcome: 'ACCESS_DENIED' })
  })

  test('of nobody’s account, of one that is open, and of one that an operator disabled is one refusal', async (t) => {
    const { server, program, user, alice } = await startWithLi(t)
    const texts = [(await reopen(program)).text]
    server.clock.advance(60_000)
    await alice.closeAccount()
    await disableUser(server.deployment, user.id, server.clock.now())
    texts.push((await reopen(program)).text)
    await program.send('13900139000', 'LOGIN_SMS')
    const body = { mobile: '13900139000', verify_code: await program.newestCode('13900139000') }
    texts.push((await program.call('/api/v2/ligature/account/reopen', { body })).text)

    expect(new Set(texts).size).toBe(1)
    expect(texts[0]).toContain(NOT_CLOSED)
  })

  test('by one code twice at once happens once, twenty times', { timeout: 90_000 }, async (t) => {
    const { server, program } = await startWithLi(t)
    for (let round = 1; round <= 20; round++) {
      server.clock.advance(DAY)
      await (await signIn(program, 'alice')).closeAccount()
      await program.send(LI, 'LOGIN_SMS')
      const body = { mobile: LI, verify_code: CODE }
      const call = () => program.call('/api/v2/ligature/account/reopen', { body })

      const replies = await Promise.all([call(), call(), call()])

      expect(replies.map(({ outcome }) => outcome).toSorted()).toEqual([
        CODE_INCORRECT,
        CODE_INCORRECT,
        'SUCCESS',
      ])
    }
  })
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
