import { expect, test } from 'vitest'
import { REGISTER_CLIENT_ID, startServer } from '../testing/server.ts'
import { bindAndSignIn, signedIn, signIn } from '../testing/signed-in.ts'
import { startTwo } from '../testing/two-instances.ts'

const NO_SUCH_SESSION = 'IDAAS.SDK.ACCOUNT.9101'
const ID_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0016'
const SESSION_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0023'
const ZHANGSAN = '11012345678'
const CODE = '232326'

test('a user sees his sessions at every application, and which one he is in', async (t) => {
  const server = await startServer(t)
  const first = await bindAndSignIn(server.miniProgram(), 'alice')
  server.clock.advance(1_000)
  const other = await bindAndSignIn(
    server.miniProgram({ clientId: REGISTER_CLIENT_ID, language: 'zh' }),
    'alice',
  )
  await bindAndSignIn(server.miniProgram(), 'bob')

  const openedAt = server.clock.now() / 1000 - 1
  expect(await first.sessions()).toMatchObject([
    {
      client_id: 'nTo1eRIub60vPb54WeE6aojPwYwImtl4',
      application: 'Demo, bind',
      opened_at: openedAt,
      expires_at: openedAt + 5 * 24 * 60 * 60,
      ip: '127.0.0.1',
      operating_system: 'Android 10',
      agent: 'test',
      current: true,
    },
    { client_id: REGISTER_CLIENT_ID, application: 'Demo, bind or register', current: false },
    { current: false },
  ])
  expect((await other.sessions()).map(({ current }) => current)).toEqual([false, true, false])
  expect((await other.sessions())[0]?.['application']).toMatch(/\p{Script=Han}/u)
})

test('sessions that have ended or expired are not there', async (t) => {
  const server = await startServer(t)
  const early = await bindAndSignIn(server.miniProgram(), 'alice')
  server.clock.advance(4 * 60_000)
  const late = await signIn(server.miniProgram(), 'alice')
  expect(await late.sessions()).toHaveLength(2)

  await server.deployment.db
    .updateTable('session')
    .set({ expires_at: server.clock.now() })
    .where('id', '=', (await early.sessions())[0]?.id ?? '')
    .execute()
  expect(await late.sessions()).toMatchObject([{ current: true }])
})

test('one that is ended is dead at once, on every instance, and the others go on', async (t) => {
  const { one, other } = await startTwo(t)
  const stays = await signIn(one.miniProgram(), 'alice')
  const goes = signedIn(other.miniProgram(), await other.miniProgram().login('alice'))
  const id = (await goes.sessions()).find(({ current }) => current)?.id ?? ''

  expect(await stays.endSession(id)).toMatchObject({ httpStatus: 200, text: '' })

  expect(await goes.refresh()).toMatchObject({ outcome: SESSION_TOKEN_REFUSED })
  expect(await goes.list()).toMatchObject({ outcome: ID_TOKEN_REFUSED })
  expect(await stays.list()).toMatchObject({ httpStatus: 200 })
  expect((await stays.sessions()).map((session) => session.id)).not.toContain(id)
})

test('unknown, ended already, expired and another user’s are one refusal, and nothing happens', async (t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  await server.addUser({ mobile: '13800138000', fixedCode: CODE })
  const alice = await bindAndSignIn(program, 'alice')
  const bob = await bindAndSignIn(program, 'bob', '13800138000')
  const gone = await signIn(program, 'alice')
  const idOf = async (person: typeof alice) =>
    (await person.sessions()).find(({ current }) => current)?.id ?? ''
  const [ofBob, ended] = [await idOf(bob), await idOf(gone)]
  await gone.endSession(ended)

  const replies = await Promise.all([ofBob, ended, 'nonsense'].map((id) => alice.endSession(id)))

  expect(new Set(replies.map(({ text }) => text)).size).toBe(1)
  expect(replies[0]).toMatchObject({ httpStatus: 400, outcome: NO_SUCH_SESSION })
  expect(await bob.list()).toMatchObject({ httpStatus: 200 })
})

test('his present one can be ended like any other', async (t) => {
  const server = await startServer(t)
  const alice = await bindAndSignIn(server.miniProgram(), 'alice')

  expect(await alice.endSession((await alice.sessions())[0]?.id ?? '')).toMatchObject({ httpStatus: 200 })

  expect(await alice.list()).toMatchObject({ outcome: ID_TOKEN_REFUSED })
})

test('all others end, and each is recorded with the session that ended it', async (t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  await server.addUser({ mobile: '13800138000', fixedCode: CODE })
  const bob = await bindAndSignIn(program, 'bob', '13800138000')
  const alice = await bindAndSignIn(program, 'alice')
  const others = [await signIn(program, 'alice'), await signIn(program, 'alice')]

  expect(await alice.endOtherSessions()).toMatchObject({ httpStatus: 200, body: { ended: 2 } })

  for (const other of others) expect(await other.refresh()).toMatchObject({ outcome: SESSION_TOKEN_REFUSED })
  expect(await alice.refresh()).toMatchObject({ httpStatus: 200 })
  expect(await bob.refresh()).toMatchObject({ httpStatus: 200 })
  expect(await alice.endOtherSessions()).toMatchObject({ body: { ended: 0 } })
  const events = await server.deployment.db
    .selectFrom('audit_event')
    .select(['user_id', 'because'])
    .where('kind', '=', 'session_ended')
    .execute()
  const [{ id } = { id: '' }] = await alice.sessions()
  expect(events).toEqual(
    others.map(() => ({ user_id: alice.userId, because: `by himself, in session ${id}` })),
  )
})

test('four who end one session at once: one does, twenty times', { timeout: 60_000 }, async (t) => {
  const server = await startServer(t)
  const program = server.miniProgram()
  const alice = await bindAndSignIn(program, 'alice', ZHANGSAN)
  for (let round = 1; round <= 20; round++) {
    await signIn(program, 'alice')
    const id = (await alice.sessions()).find(({ current }) => !current)?.id ?? ''

    const replies = await Promise.all([1, 2, 3, 4].map(() => alice.endSession(id)))

    expect(replies.map(({ outcome }) => outcome).toSorted()).toEqual([
      NO_SUCH_SESSION,
      NO_SUCH_SESSION,
      NO_SUCH_SESSION,
      'OK',
    ])
  }
})
