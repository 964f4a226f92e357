import { expect, test } from 'vitest'
import { startGroup } from '../testing/group.ts'
import { startServer } from '../testing/server.ts'
import { bindAndSignIn, type SignedIn, signedIn, signIn } from '../testing/signed-in.ts'

const ROUNDS = 20
/** Twenty rounds of several requests each; machines differ. */
const PATIENCE = { timeout: 90_000 }
const CODE = '232326'
const ZHANGSAN = '11012345678'

const STATE_TOKEN_REFUSED = 'IDAAS.SDK.COMMON.1007'
const SESSION_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0023'
const ID_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0016'
const NOT_LINKED = 'IDAAS.SDK.SOCIAL.9001'
const LAST_WAY_IN = 'IDAAS.SDK.SOCIAL.9002'

/** The link of somebody who has one. */
async function onlyLinkOf(person: SignedIn): Promise<string> {
  const [link, ...others] = await person.links()
  if (link === undefined || others.length > 0) throw new Error('there is not exactly one')
  return link.id
}

test(
  'four unbindings of one account: one happens, and is recorded once, twenty times',
  PATIENCE,
  async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    await server.addUser({ mobile: '13800138000', fixedCode: CODE })
    for (let round = 1; round <= ROUNDS; round++) {
      const alice = await bindAndSignIn(program, `alice${round}`, '13800138000')
      const again = await signIn(program, `alice${round}`)
      const link = await onlyLinkOf(alice)

      const replies = await Promise.all([alice, again, alice, again].map((each) => each.unbindAccount(link)))

      const outcomes = replies.map((reply) => reply.outcome)
      expect(outcomes.filter((outcome) => outcome === 'OK')).toHaveLength(1)
      // Whoever comes after it has lost his session with the account.
      expect([NOT_LINKED, ID_TOKEN_REFUSED]).toEqual(
        expect.arrayContaining(outcomes.filter((outcome) => outcome !== 'OK')),
      )
      const events = await server.deployment.db
        .selectFrom('audit_event')
        .select('id')
        .where('kind', '=', 'identity_unbound')
        .execute()
      expect(events).toHaveLength(round)
    }
  },
)

test('the last two ways in, unbound at once: one stays, twenty times', PATIENCE, async (t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  for (let round = 1; round <= ROUNDS; round++) {
    const mobile = `139${String(round).padStart(8, '0')}`
    await server.addUser({ mobile, fixedCode: CODE })
    const alice = await bindAndSignIn(program, `alice${round}`, mobile)
    const bob = await bindAndSignIn(program, `bob${round}`, mobile)
    await server.deployment.db.updateTable('user_address').set({ verified_at: null }).execute()
    const [one, other] = (await alice.links()).map(({ id }) => id)

    const replies = await Promise.all([
      alice.unbindAccount(one ?? ''),
      bob.unbindAccount(other ?? ''),
      alice.unbindAccount(other ?? ''),
      bob.unbindAccount(one ?? ''),
    ])

    const outcomes = replies.map((reply) => reply.outcome)
    expect(outcomes.filter((outcome) => outcome === 'OK')).toHaveLength(1)
    expect([LAST_WAY_IN, NOT_LINKED, ID_TOKEN_REFUSED]).toEqual(
      expect.arrayContaining(outcomes.filter((outcome) => outcome !== 'OK')),
    )
    expect(await server.count('identity')).toBe(round)
  }
})

test('unbinding against logins: no session outlives it, twenty times', PATIENCE, async (t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  const bob = await bindAndSignIn(program, 'bob')
  const linkOfBob = await onlyLinkOf(bob)
  for (let round = 1; round <= ROUNDS; round++) {
    await bindAndSignIn(program, 'alice')
    const link = (await bob.links()).find(({ id }) => id !== linkOfBob)

    const login = () => program.login('alice')
    const [unbound, ...logins] = await Promise.all([
      bob.unbindAccount(link?.id ?? ''),
      ...[1, 2, 3, 4].map(login),
    ])

    expect(unbound).toMatchObject({ httpStatus: 200 })
    for (const reply of logins) {
      expect(['SUCCESS', 'SOCIAL_BIND']).toContain(reply.outcome)
      if (reply.outcome === 'SUCCESS') {
        expect(await signedIn(program, reply).refresh()).toMatchObject({ outcome: SESSION_TOKEN_REFUSED })
      }
    }
    expect(await login()).toMatchObject({ outcome: 'SOCIAL_BIND' })
    expect(await server.count('session')).toBe(1)
  }
})

test('unbinding against a bind of an older sign-in: it binds nobody, twenty times', PATIENCE, async (t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  const { db } = server.deployment
  const li = '13800138000'
  await server.addUser({ mobile: li, fixedCode: CODE })
  for (let round = 1; round <= ROUNDS; round++) {
    const early = await program.openSignIn(`alice${round}`)
    await early.send(li)
    const alice = await bindAndSignIn(program, `alice${round}`)
    // As if it had been opened in the instant of the bind, which ended those that it saw.
    await db.updateTable('sign_in').set({ ended_at: null }).where('completed_at', 'is', null).execute()
    const link = await onlyLinkOf(alice)

    const [unbound, bound] = await Promise.all([alice.unbindAccount(link), early.bind(li, CODE)])

    expect(unbound).toMatchObject({ httpStatus: 200 })
    expect(bound).toMatchObject({ outcome: STATE_TOKEN_REFUSED })
    expect(await server.count('identity')).toBe(0)
  }
})

test(
  'unbinding against a bind where a second account is refused: the one or the other is bound, twenty times',
  PATIENCE,
  async (t) => {
    const server = await startServer(t, { connection: { secondIdentity: 'refuse' } })
    const program = server.miniProgram()
    for (let round = 1; round <= ROUNDS; round++) {
      const alice = await bindAndSignIn(program, `alice${round}`)
      const bob = await program.openSignIn(`bob${round}`)
      await bob.send(ZHANGSAN)

      const [unbound, bound] = await Promise.all([
        alice.unbindAccount(await onlyLinkOf(alice)),
        bob.bind(ZHANGSAN, CODE),
      ])

      expect(unbound).toMatchObject({ httpStatus: 200 })
      expect(['SUCCESS', 'IDAAS.SDK.LOGIN.9006']).toContain(bound.outcome)
      const left = bound.outcome === 'SUCCESS' ? signedIn(program, bound) : undefined
      expect(await server.count('identity')).toBe(left === undefined ? 0 : 1)
      if (left !== undefined) await left.unbindAccount(await onlyLinkOf(left))
    }
  },
)

test(
  'unbinding against an adoption by the same person’s other mini program: in one order or the other, twenty times',
  PATIENCE,
  async (t) => {
    const { server, first, second } = await startGroup(t)
    for (let round = 1; round <= ROUNDS; round++) {
      const before = await server.count('identity')
      const alice = await bindAndSignIn(first, `alice${round}`)
      const link = (await alice.links()).find(({ idpId }) => idpId === '20260101000000000-DE30-000000001')

      const [unbound, login] = await Promise.all([
        alice.unbindAccount(link?.id ?? ''),
        second.login(`alice${round}`),
      ])

      expect(unbound).toMatchObject({ httpStatus: 200 })
      expect(['SUCCESS', 'USER_REGISTER']).toContain(login.outcome)
      expect(await server.count('identity')).toBe(before + (login.outcome === 'SUCCESS' ? 1 : 0))
      expect(await second.login(`alice${round}`)).toMatchObject({ outcome: login.outcome })
      expect(await first.login(`alice${round}`)).toMatchObject({ outcome: 'SOCIAL_BIND' })
    }
  },
)
