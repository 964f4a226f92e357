import { expect, test } from 'vitest'
import { saveConnection } from '../connections/index.ts'
import { phoneAnswer, startPhoneWeChat, tell } from '../testing/phone-wechat.ts'
import { demoConnections, REGISTER_CLIENT_ID, startServer, type TestServer } from '../testing/server.ts'

const ROUNDS = 30
/** Rounds of several requests each; machines differ. */
const PATIENCE = { timeout: 90_000 }
const ZHANGSAN = '11012345678'
const STATE_TOKEN_REFUSED = 'IDAAS.SDK.COMMON.1007'
const SECOND_IDENTITY = 'IDAAS.SDK.LOGIN.9006'

function events(server: TestServer, kind: string) {
  return server.deployment.db.selectFrom('audit_event').selectAll().where('kind', '=', kind).execute()
}

test(`one state token with six phone codes at once: one is bound, ${ROUNDS} times`, PATIENCE, async (t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  for (let round = 1; round <= ROUNDS; round++) {
    const signIn = await program.openSignIn(`alice${round}`)
    const codes = Array.from({ length: 6 }, () => server.weChat.issuePhoneCode('alice', ZHANGSAN))

    const replies = await Promise.all(codes.map((code) => signIn.phoneBind(code)))

    const outcomes = replies.map((reply) => reply.outcome)
    expect(outcomes.filter((outcome) => outcome === 'SUCCESS')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === STATE_TOKEN_REFUSED)).toHaveLength(5)
    expect(await server.count('session')).toBe(round)
    expect(await server.count('identity')).toBe(round)
  }
})

test(
  `one state token, with the button and with a code at once: one is bound, ${ROUNDS} times`,
  PATIENCE,
  async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    for (let round = 1; round <= ROUNDS; round++) {
      const signIn = await program.openSignIn(`alice${round}`)
      await signIn.send(ZHANGSAN)

      const replies = await Promise.all([
        signIn.phoneBind(`mock:alice?phone=${ZHANGSAN}`),
        signIn.bind(ZHANGSAN, '232326'),
      ])

      expect(replies.map((reply) => reply.outcome).toSorted()).toEqual([STATE_TOKEN_REFUSED, 'SUCCESS'])
      expect(await server.count('session')).toBe(round)
    }
  },
)

test(
  `two people with one number where a second identity is refused: one is bound, ${ROUNDS} times`,
  PATIENCE,
  async (t) => {
    const server = await startServer(t, { connection: { secondIdentity: 'refuse' } })
    const program = server.miniProgram()
    for (let round = 1; round <= ROUNDS; round++) {
      const mobile = `139${String(round).padStart(8, '0')}`
      await server.addUser({ mobile })
      const alice = await program.openSignIn(`alice${round}`)
      const bob = await program.openSignIn(`bob${round}`)

      const replies = await Promise.all([alice, bob].map((each) => each.phoneBind(`mock:x?phone=${mobile}`)))

      expect(replies.map((reply) => reply.outcome).toSorted()).toEqual([SECOND_IDENTITY, 'SUCCESS'])
      expect(await server.count('identity')).toBe(round)
    }
  },
)

test(
  `two who register with one number: one user comes to be, and both are bound to him, ${ROUNDS} times`,
  PATIENCE,
  async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram({ clientId: REGISTER_CLIENT_ID })
    for (let round = 1; round <= ROUNDS; round++) {
      const mobile = `137${String(round).padStart(8, '0')}`
      const alice = await program.openSignIn(`alice${round}`)
      const bob = await program.openSignIn(`bob${round}`)
      await bob.send(mobile, { register: true })
      const code = await program.newestCode(mobile)

      const replies = await Promise.all([
        alice.phoneRegisterBind(`mock:alice?phone=${mobile}`),
        bob.registerBind(mobile, code),
      ])

      expect(replies.map((reply) => reply.outcome)).toEqual(['SUCCESS', 'SUCCESS'])
      // Zhangsan, and one for each round.
      expect(await server.count('user')).toBe(1 + round)
    }
  },
)

/** A sign-in whose phone code WeChat is thinking about, until it is told to answer. */
async function startThinking(t: Parameters<typeof startServer>[0]) {
  const thinking: (() => void)[] = []
  const weChat = await startPhoneWeChat(t, {
    phone: (response) => thinking.push(() => tell(response, phoneAnswer())),
  })
  const server = await startServer(t, { server: { weChatApi: weChat.url } })
  const program = server.miniProgram()
  const signIn = await program.openSignIn('alice')
  const bound = signIn.phoneBind('code')
  await expect.poll(() => thinking.length, { interval: 5 }).toBe(1)
  return { server, program, signIn, bound, answer: () => thinking[0]?.() }
}

test('what happens while WeChat thinks counts: a sign-in that was finished meanwhile', async (t) => {
  const { server, signIn, bound, answer } = await startThinking(t)
  await signIn.send(ZHANGSAN)
  expect(await signIn.bind(ZHANGSAN, '232326')).toMatchObject({ outcome: 'SUCCESS' })

  answer()

  expect(await bound).toMatchObject({ httpStatus: 400, outcome: STATE_TOKEN_REFUSED })
  expect(await events(server, 'bind_refused')).toMatchObject([
    { because: 'completed, ended or replaced meanwhile', address_masked: '+86-110****5678' },
  ])
  expect(await server.count('session')).toBe(1)
})

test('what happens while WeChat thinks counts: a connection, or its button, that was switched off', async (t) => {
  for (const change of ['the connection was switched off', 'the phone button was switched off']) {
    const { server, signIn, bound, answer } = await startThinking(t)
    const { db, vault } = server.deployment
    const [connection] = demoConnections
    if (connection === undefined) throw new Error('there is no connection')
    if (change.includes('button')) {
      await saveConnection(db, vault, { ...connection, hasPhoneButton: false }, server.clock.now())
    } else {
      await db.updateTable('connection').set({ disabled_at: 1 }).execute()
    }

    answer()

    expect(await bound).toMatchObject({ httpStatus: 400, outcome: STATE_TOKEN_REFUSED })
    expect(await events(server, 'bind_refused')).toMatchObject([{ because: change }])
    expect(await server.count('identity')).toBe(0)
    expect(await signIn.look()).toMatchObject({ outcome: 'SOCIAL_BIND' })
  }
})
