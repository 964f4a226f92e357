import { expect, test } from 'vitest'
import type { Reply } from '../testing/mini-program.ts'
import { startServer } from '../testing/server.ts'

const ROUNDS = 100
/** A hundred rounds of several requests each; machines differ. */
const PATIENCE = { timeout: 90_000 }
const CODE = '232326'
const ZHANGSAN = '11012345678'

const STATE_TOKEN_REFUSED = 'IDAAS.SDK.COMMON.1007'
const CODE_INCORRECT = 'IDAAS.SDK.CAPTCHA.0007'
const SECOND_IDENTITY = 'IDAAS.SDK.LOGIN.9006'

/** The outcomes of two simultaneous calls, the success first. */
async function together(one: Promise<Reply>, other: Promise<Reply>): Promise<string[]> {
  const outcomes = (await Promise.all([one, other])).map((reply) => reply.outcome)
  return outcomes.toSorted((first) => (first === 'SUCCESS' ? -1 : 1))
}

test('two sign-ins with one code: one is bound, a hundred times', PATIENCE, async (t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  for (let round = 1; round <= ROUNDS; round++) {
    const alice = await program.openSignIn(`alice${round}`)
    const bob = await program.openSignIn(`bob${round}`)
    await alice.send(ZHANGSAN, { scoped: false })

    const outcomes = await together(alice.bind(ZHANGSAN, CODE), bob.bind(ZHANGSAN, CODE))

    expect(outcomes).toEqual(['SUCCESS', CODE_INCORRECT])
    expect(await server.count('session')).toBe(round)
  }
})

test(
  'one state token six times, with two right codes: one is bound, a hundred times',
  PATIENCE,
  async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    for (let round = 1; round <= ROUNDS; round++) {
      const signIn = await program.openSignIn(`alice${round}`)
      await signIn.send(ZHANGSAN)
      await signIn.send('zhangsan@qq.com')

      const replies = await Promise.all(
        [1, 2, 3].flatMap(() => [signIn.bind(ZHANGSAN, CODE), signIn.bind('zhangsan@qq.com', '123456')]),
      )

      const outcomes = replies.map((reply) => reply.outcome)
      expect(outcomes.filter((outcome) => outcome === 'SUCCESS')).toHaveLength(1)
      expect(outcomes.filter((outcome) => outcome === STATE_TOKEN_REFUSED)).toHaveLength(5)
      expect(await server.count('session')).toBe(round)
    }
  },
)

test('two sign-ins of one identity, to two users: one is bound, a hundred times', PATIENCE, async (t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  const li = '13800138000'
  await server.addUser({ mobile: li, fixedCode: CODE })
  for (let round = 1; round <= ROUNDS; round++) {
    const toZhangsan = await program.openSignIn(`alice${round}`)
    const toLi = await program.openSignIn(`alice${round}`)
    await toZhangsan.send(ZHANGSAN)
    await toLi.send(li)

    const outcomes = await together(toZhangsan.bind(ZHANGSAN, CODE), toLi.bind(li, CODE))

    expect(outcomes).toEqual(['SUCCESS', STATE_TOKEN_REFUSED])
    expect(await server.count('identity')).toBe(round)
    expect(await program.login(`alice${round}`)).toMatchObject({ outcome: 'SUCCESS' })
  }
})

test(
  'two identities to one user where a second is refused: one is bound, a hundred times',
  PATIENCE,
  async (t) => {
    const server = await startServer(t, { connection: { secondIdentity: 'refuse' } })
    const program = server.miniProgram()
    for (let round = 1; round <= ROUNDS; round++) {
      const mobile = `139${String(round).padStart(8, '0')}`
      await server.addUser({ mobile, fixedCode: CODE })
      const alice = await program.openSignIn(`alice${round}`)
      const bob = await program.openSignIn(`bob${round}`)
      await alice.send(mobile)
      await bob.send(mobile)

      const outcomes = await together(alice.bind(mobile, CODE), bob.bind(mobile, CODE))

      expect(outcomes).toEqual(['SUCCESS', SECOND_IDENTITY])
      expect(await server.count('identity')).toBe(round)
    }
  },
)

test(
  'two registrations of one address: one user comes to be, and both are bound to him, a hundred times',
  PATIENCE,
  async (t) => {
    const server = await startServer(t, { connection: { whenUnbound: 'bind_or_register' } })
    const program = server.miniProgram()
    for (let round = 1; round <= ROUNDS; round++) {
      const mobile = `137${String(round).padStart(8, '0')}`
      await server.addUser({ userName: `squatter${round}`, mobile, isVerified: false, fixedCode: CODE })
      const alice = await program.openSignIn(`alice${round}`)
      const bob = await program.openSignIn(`bob${round}`)
      await alice.send(mobile, { register: true })
      await bob.send(mobile, { register: true })

      const outcomes = await together(alice.registerBind(mobile, CODE), bob.registerBind(mobile, CODE))

      expect(outcomes).toEqual(['SUCCESS', 'SUCCESS'])
      // Zhangsan, and for each round the squatter and the one new user.
      expect(await server.count('user')).toBe(1 + 2 * round)
    }
  },
)

test('sixteen sign-ins guess at one code at once: five guesses are compared', async (t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  const signIns = await Promise.all(
    Array.from({ length: 16 }, (_, index) => program.openSignIn(`guesser${index}`)),
  )
  await program.send(ZHANGSAN, 'BIND_MOBILE_SMS')

  await Promise.all(signIns.map((signIn) => signIn.bind(ZHANGSAN, '000000')))

  const { attempts } = await server.deployment.db
    .selectFrom('verification')
    .select('attempts')
    .executeTakeFirstOrThrow()
  expect(attempts).toBe(5)
})
