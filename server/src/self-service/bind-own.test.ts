import { describe, expect, test } from 'vitest'
import { contentsOf } from '../testing/contents.ts'
import { startGroup } from '../testing/group.ts'
import { startServer } from '../testing/server.ts'
import { bindAndSignIn, signIn } from '../testing/signed-in.ts'

const SIGN_IN_AGAIN = 'IDAAS.SDK.ACCOUNT.9102'
const SECOND_IDENTITY = 'IDAAS.SDK.LOGIN.9006'
const TWO_USERS = 'IDAAS.SDK.LOGIN.9007'
const NOT_SWITCHED_ON = 'IDAAS.SDK.LOGIN.9008'
const CODE_REFUSED = 'IDAAS.SDK.LOGIN.9001'
const STATE_TOKEN_REFUSED = 'IDAAS.SDK.COMMON.1007'
const ID_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0016'
const LI = '13800138000'
const CODE = '232326'

describe('a further account', () => {
  test('is bound to the user who is signed in, and signs him in from then on', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const alice = await bindAndSignIn(program, 'alice')
    server.clock.advance(1)

    const bound = await alice.bindOwn('mock:second')

    expect(bound).toMatchObject({ httpStatus: 200, body: { userId: alice.userId, socialType: 'weixin' } })
    expect((await alice.links()).map(({ id }) => id)).toContain(bound.body['id'])
    expect((await signIn(program, 'second')).userId).toBe(alice.userId)
    const event = await server.deployment.db
      .selectFrom('audit_event')
      .select(['user_id', 'because'])
      .where('kind', '=', 'identity_bound')
      .orderBy('at', 'desc')
      .executeTakeFirst()
    expect(event).toEqual({ user_id: alice.userId, because: 'by the signed-in user' })
  })

  test('is told to every verified address of his', async (t) => {
    const server = await startServer(t)
    const alice = await bindAndSignIn(server.miniProgram(), 'alice')
    const before = await server.count('notice')

    await alice.bindOwn('mock:second')

    expect(await server.count('notice')).toBe(before + 2)
  })

  test('that is his already stays so: the same answer, and nothing happens twice', async (t) => {
    const server = await startServer(t)
    const alice = await bindAndSignIn(server.miniProgram(), 'alice')
    const first = await alice.bindOwn('mock:second')
    const before = await contentsOf(server.deployment.db)

    expect((await alice.bindOwn('mock:second')).body).toEqual(first.body)

    expect(await contentsOf(server.deployment.db)).toEqual(before)
  })

  test('ends the sign-ins that wait for it', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const alice = await bindAndSignIn(program, 'alice')
    const waiting = await program.openSignIn('second')

    await alice.bindOwn('mock:second')

    expect(await waiting.look()).toMatchObject({ outcome: STATE_TOKEN_REFUSED })
  })

  test('that he has unbound comes back, and the mark that barred it is gone', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const alice = await bindAndSignIn(program, 'alice')
    const { body } = await alice.bindOwn('mock:second')
    await alice.unbindAccount(String(body['id']))
    expect(await server.count('unbound_identity')).toBe(1)

    expect(await alice.bindOwn('mock:second')).toMatchObject({ httpStatus: 200 })

    expect(await server.count('unbound_identity')).toBe(0)
  })

  test('of the same person at another mini program is bound to the same user only', async (t) => {
    const { server, first, second } = await startGroup(t, { whenUnbound: 'bind' })
    await server.addUser({ mobile: LI, fixedCode: CODE })
    await bindAndSignIn(first, 'alice')
    const li = await bindAndSignIn(second, 'bob', LI)

    expect(await li.bindOwn('mock:alice')).toMatchObject({ outcome: TWO_USERS })
  })
})

describe('refused, with nothing changed:', () => {
  test('another user’s account', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    await server.addUser({ mobile: LI, fixedCode: CODE })
    const li = await bindAndSignIn(program, 'li', LI)
    const alice = await bindAndSignIn(program, 'alice')

    expect(await alice.bindOwn('mock:li')).toMatchObject({ httpStatus: 400, outcome: TWO_USERS })

    expect((await signIn(program, 'li')).userId).toBe(li.userId)
    expect(await server.count('identity')).toBe(2)
    const refused = await server.deployment.db
      .selectFrom('audit_event')
      .select(['user_id', 'because'])
      .where('kind', '=', 'bind_refused')
      .execute()
    expect(refused).toEqual([{ user_id: alice.userId, because: `not of user ${alice.userId}: bound` }])
  })

  test('a second account where the connection refuses one', async (t) => {
    const server = await startServer(t, { connection: { secondIdentity: 'refuse' } })
    const alice = await bindAndSignIn(server.miniProgram(), 'alice')

    expect(await alice.bindOwn('mock:second')).toMatchObject({ outcome: SECOND_IDENTITY })

    expect(await server.count('identity')).toBe(1)
  })

  test('a source that is unknown, or switched off', async (t) => {
    const server = await startServer(t)
    const alice = await bindAndSignIn(server.miniProgram(), 'alice')

    expect(await alice.bindOwn('mock:second', 'alipay')).toMatchObject({ outcome: NOT_SWITCHED_ON })
    await server.deployment.db.updateTable('connection').set({ disabled_at: 1 }).execute()
    expect(await alice.bindOwn('mock:second')).toMatchObject({ outcome: NOT_SWITCHED_ON })
  })

  test('a code that WeChat does not know', async (t) => {
    const server = await startServer(t)
    const alice = await bindAndSignIn(server.miniProgram(), 'alice')

    expect(await alice.bindOwn('mock:error:40029')).toMatchObject({ outcome: CODE_REFUSED })
  })

  test('without an id_token, or with one whose session has ended', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const alice = await bindAndSignIn(program, 'alice')
    const body = { type: 'weixin', code: 'mock:second' }
    expect(await program.call('/api/v2/ligature/social/bind', { body })).toMatchObject({
      outcome: ID_TOKEN_REFUSED,
    })
    await server.deployment.db.updateTable('session').set({ ended_at: 1 }).execute()

    expect(await alice.bindOwn('mock:second')).toMatchObject({ outcome: ID_TOKEN_REFUSED })
  })
})

test('ten minutes after signing in it can be bound, a moment later not, and a new sign-in helps', async (t) => {
  const server = await startServer(t, { application: { idToken: longLived } })
  const program = server.miniProgram()
  const alice = await bindAndSignIn(program, 'alice')

  server.clock.advance(10 * 60_000)
  expect(await alice.bindOwn('mock:second')).toMatchObject({ httpStatus: 200 })
  server.clock.advance(1)
  expect(await alice.bindOwn('mock:third')).toMatchObject({ httpStatus: 400, outcome: SIGN_IN_AGAIN })
  await alice.refresh()
  expect(await alice.bindOwn('mock:third')).toMatchObject({ outcome: SIGN_IN_AGAIN })

  expect(await (await signIn(program, 'alice')).bindOwn('mock:third')).toMatchObject({ httpStatus: 200 })
})

const longLived = {
  algorithm: 'RS256',
  subject: 'user_id',
  lifetimeSeconds: 3600,
} as const

test('two users who bind one account at once: one has it, twenty times', { timeout: 60_000 }, async (t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  await server.addUser({ mobile: LI, fixedCode: CODE })
  const alice = await bindAndSignIn(program, 'alice')
  const li = await bindAndSignIn(program, 'li', LI)
  for (let round = 1; round <= 20; round++) {
    const person = `mock:person${round}`

    const replies = await Promise.all([alice, li, alice, li].map((each) => each.bindOwn(person)))

    const owners = replies.filter(({ httpStatus }) => httpStatus === 200).map(({ body }) => body['userId'])
    expect(new Set(owners).size).toBe(1)
    expect(owners).toHaveLength(2)
    expect(replies.filter(({ outcome }) => outcome === TWO_USERS)).toHaveLength(2)
    expect(await server.count('identity')).toBe(2 + round)
  }
})

test(
  'two accounts bound at once where one is allowed: one is, twenty times',
  { timeout: 60_000 },
  async (t) => {
    const server = await startServer(t, { connection: { secondIdentity: 'refuse' } })
    const program = server.miniProgram()
    const { db } = server.deployment
    for (let round = 1; round <= 20; round++) {
      await db.deleteFrom('identity').execute()
      const alice = await bindAndSignIn(program, `alice${round}`)
      // His way in goes, and his session stays: both are free to be the first.
      await db.updateTable('session').set({ identity_id: null }).execute()
      await db.deleteFrom('identity').execute()

      const replies = await Promise.all([1, 2, 3].map((number) => alice.bindOwn(`mock:p${round}-${number}`)))

      expect(replies.map(({ outcome }) => outcome).toSorted()).toEqual([
        SECOND_IDENTITY,
        SECOND_IDENTITY,
        'OK',
      ])
      expect(await server.count('identity')).toBe(1)
    }
  },
)

test(
  'a bind against the end of its session: no account is bound by a session that had ended',
  { timeout: 60_000 },
  async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const alice = await bindAndSignIn(program, 'alice')
    for (let round = 1; round <= 20; round++) {
      const other = await signIn(program, 'alice')
      const id = (await other.sessions()).find(({ current }) => current)?.id ?? ''
      const before = await server.count('identity')

      const [bound, ended] = await Promise.all([other.bindOwn(`mock:late${round}`), alice.endSession(id)])

      expect(ended).toMatchObject({ httpStatus: 200 })
      expect(['OK', ID_TOKEN_REFUSED]).toContain(bound.outcome)
      expect(await server.count('identity')).toBe(before + (bound.outcome === 'OK' ? 1 : 0))
      expect(await other.bindOwn(`mock:later${round}`)).toMatchObject({ outcome: ID_TOKEN_REFUSED })
    }
  },
)
