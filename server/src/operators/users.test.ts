import { describe, expect, test, type TestContext } from 'vitest'
import type { MiniProgram, Reply } from '../testing/mini-program.ts'
import { runLigature } from '../testing/server-process.ts'
import { REGISTER_CLIENT_ID, startServer, type TestServer } from '../testing/server.ts'
import type { User } from '../users/index.ts'
import { deleteUser, disableUser, enableUser, explainSignIn, setGroups, showUser } from './index.ts'

const LI = '13800138000'
const LI_MAIL = 'li@example.com'
const SESSION_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0023'
const ID_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0016'
const CODE_INCORRECT = 'IDAAS.SDK.CAPTCHA.0007'

interface SignedInLi {
  readonly server: TestServer
  readonly program: MiniProgram
  readonly li: User
  readonly reply: Reply
  /** Refreshes by the session token; logs out by the id_token. */
  refresh(): Promise<Reply>
  logoutByIdToken(): Promise<Reply>
}

/** Li, whom WeChat calls alice, has bound himself and is signed in. */
async function signedInLi(t: TestContext): Promise<SignedInLi> {
  const server = await startServer(t)
  const program = server.miniProgram()
  const li = await server.addUser({ userName: 'li', mobile: LI, email: LI_MAIL })
  const reply = await bindAs(server, program, 'alice')
  expect(reply.outcome).toBe('SUCCESS')
  return {
    server,
    program,
    li,
    reply,
    refresh: () =>
      program.call('sso/session-token/id-token', {
        headers: { 'session-token': String(reply.body['session_token']) },
      }),
    logoutByIdToken: () =>
      program.call('logout', {
        method: 'GET',
        headers: { Authorization: `Bearer ${String(reply.body['id_token'])}` },
      }),
  }
}

/** Signs a person in, who proves Li's mobile. */
async function bindAs(server: TestServer, program: MiniProgram, person: string): Promise<Reply> {
  const signIn = await program.openSignIn(person)
  server.clock.advance(60_000)
  await signIn.send(LI)
  return signIn.bind(LI, await program.newestCode(LI))
}

function userIdOf(reply: Reply): unknown {
  const [, payload = ''] = String(reply.body['id_token']).split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { readonly id: unknown }
  return claims.id
}

test('a user is shown by id, user name, mobile or email, in any spelling', async (t) => {
  const { server, li } = await signedInLi(t)
  const spellings = [li.id, 'li', 'LI', LI, `+86-${LI}`, `+86${LI}`, LI_MAIL, ' Li@Example.com ']

  for (const spelling of spellings) {
    expect(await showUser(server.deployment, spelling, server.clock.now())).toEqual({
      id: li.id,
      user_name: 'li',
      name: '',
      status: 'enabled',
      created_at: '2026-01-05T08:00:00.000Z',
      addresses: expect.arrayContaining([
        { channel: 'sms', address: `+86-${LI}`, verified: true },
        { channel: 'email', address: LI_MAIL, verified: true },
      ]),
      groups: [],
      attributes: { extension: {} },
      identities: [expect.objectContaining({ bound_at: '2026-01-05T08:01:00.000Z' })],
      sessions: [expect.objectContaining({ opened_at: '2026-01-05T08:01:00.000Z' })],
    })
  }
})

test('nobody is told in one sentence', async (t) => {
  const server = await startServer(t)

  for (const command of ['show', 'disable', 'enable', 'unbind', 'delete']) {
    const identity = command === 'unbind' ? ['some-id'] : []
    const run = await runLigature(t, ['users', command, 'nobody', ...identity], server.data.process)

    expect(run).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'ligature: there is no user with this id, name or verified address: nobody\n',
    })
  }
})

describe('a disabled user', () => {
  test('is out at once on a running server, and enabling him does not bring his sessions back', async (t) => {
    const { server, program, li, refresh, logoutByIdToken } = await signedInLi(t)
    const users = (command: string) => runLigature(t, ['users', command, LI_MAIL], server.data.process)
    expect((await refresh()).httpStatus).toBe(200)

    expect(await users('disable')).toMatchObject({ code: 0, stdout: `disabled li (${li.id})\n`, stderr: '' })

    expect((await refresh()).outcome).toBe(SESSION_TOKEN_REFUSED)
    expect((await logoutByIdToken()).outcome).toBe(ID_TOKEN_REFUSED)
    expect((await program.login('alice')).body).toEqual({ status: 'ACCESS_DENIED' })

    expect(await users('enable')).toMatchObject({ code: 0, stdout: `enabled li (${li.id})\n`, stderr: '' })

    expect((await refresh()).outcome).toBe(SESSION_TOKEN_REFUSED)
    expect((await logoutByIdToken()).outcome).toBe(ID_TOKEN_REFUSED)
    const again = await program.login('alice')
    expect(again.outcome).toBe('SUCCESS')
    expect(userIdOf(again)).toBe(li.id)
  })

  test('cannot be bound to: the code is used, the sign-in stays open', async (t) => {
    const { server, program } = await signedInLi(t)
    await disableUser(server.deployment, 'li', server.clock.now())
    const identities = await server.count('identity')
    server.clock.advance(60_000)
    const signIn = await program.openSignIn('bob')
    await signIn.send(LI)
    const code = await program.newestCode(LI)

    expect((await signIn.bind(LI, code)).body).toEqual({ status: 'ACCESS_DENIED' })
    expect(await server.count('identity')).toBe(identities)

    expect((await signIn.look()).outcome).toBe('SOCIAL_BIND')
    expect((await signIn.bind(LI, code)).outcome).toBe(CODE_INCORRECT)
    await enableUser(server.deployment, 'li', server.clock.now())
    server.clock.advance(60_000)
    await signIn.send(LI)
    expect((await signIn.bind(LI, await program.newestCode(LI))).outcome).toBe('SUCCESS')
  })
})

describe('a deleted user', () => {
  test('is gone with everything that was his', async (t) => {
    const { server, program, li, refresh, logoutByIdToken } = await signedInLi(t)

    const run = await runLigature(t, ['users', 'delete', LI], server.data.process)

    expect(run).toMatchObject({ code: 0, stdout: `deleted li (${li.id})\n`, stderr: '' })
    expect((await refresh()).outcome).toBe(SESSION_TOKEN_REFUSED)
    expect((await logoutByIdToken()).outcome).toBe(ID_TOKEN_REFUSED)
    expect((await program.login('alice')).outcome).toBe('SOCIAL_BIND')
    for (const table of ['user_address', 'identity', 'session'] as const) {
      const left = await server.deployment.db
        .selectFrom(table)
        .select('user_id')
        .where('user_id', '=', li.id)
        .execute()
      expect(left).toEqual([])
    }
  })

  test('who comes back with his number and his WeChat is somebody new', async (t) => {
    const { server, li } = await signedInLi(t)
    await deleteUser(server.deployment, 'li', server.clock.now())
    const program = server.miniProgram({ clientId: REGISTER_CLIENT_ID })
    server.clock.advance(60_000)
    const signIn = await program.openSignIn('alice')
    await signIn.send(LI, { register: true })

    const reply = await signIn.registerBind(LI, await program.newestCode(LI))

    expect(reply.outcome).toBe('SUCCESS')
    expect(userIdOf(reply)).not.toBe(li.id)
    expect(await showUser(server.deployment, LI, server.clock.now())).toMatchObject({ id: userIdOf(reply) })
  })
})

describe('the story of a sign-in', () => {
  async function idOf(signIn: { look(): Promise<Reply> }): Promise<string> {
    const { next } = (await signIn.look()).body as { readonly next: { readonly sign_in_id: string } }
    return next.sign_in_id
  }

  test('one that failed says why, and shows no address', async (t) => {
    const server = await startServer(t)
    const signIn = await server.miniProgram().openSignIn('alice')
    const id = await idOf(signIn)
    await signIn.send(LI)
    const code = await server.miniProgram().newestCode(LI)
    await signIn.bind(LI, code === '000000' ? '000001' : '000000')
    await signIn.bind(LI, code)

    const { code: exit, stdout } = await runLigature(t, ['explain', id], server.data.process)

    expect(exit).toBe(0)
    expect(stdout.trimEnd().split('\n')).toEqual(
      [
        'The source vouched for somebody who is bound to no user here; a sign-in was opened (SOCIAL_BIND)',
        'A verification code was asked for (BIND_MOBILE_SMS; address +86-138****8000)',
        'The gateway dev inbox sent it (address +86-138****8000)',
        'The code was refused (wrong code; address +86-138****8000)',
        'The address was proved, but the bind was refused (nobody verified it; address +86-138****8000)',
      ].map((sentence) => `2026-01-05T08:00:00.000Z  ${sentence}`),
    )
  })

  test('one that succeeded ends with the user and the session', async (t) => {
    const server = await startServer(t)
    const li = await server.addUser({ mobile: LI })
    const signIn = await server.miniProgram().openSignIn('alice')
    const id = await idOf(signIn)
    await signIn.send(LI)
    await signIn.bind(LI, await server.miniProgram().newestCode(LI))

    expect((await explainSignIn(server.deployment.db, id)).slice(3)).toEqual([
      `2026-01-05T08:00:00.000Z  The identity was bound to the user (address +86-138****8000; user ${li.id})`,
      `2026-01-05T08:00:00.000Z  A session was opened: the sign-in succeeded (user ${li.id})`,
    ])
  })

  test('of one that was never there nothing is known', async (t) => {
    const server = await startServer(t)
    await expect(explainSignIn(server.deployment.db, 'never')).rejects.toThrow(
      'nothing is known of a sign-in never',
    )
    // Ids may begin with a hyphen.
    expect(await runLigature(t, ['explain', '-hD3x'], server.data.process)).toMatchObject({
      code: 1,
      stderr: 'ligature: nothing is known of a sign-in -hD3x\n',
    })
  })
})

test('a user is put into groups, and into others; what is no name of a group is refused', async (t) => {
  const { server } = await signedInLi(t)
  const put = (...groups: string[]) => setGroups(server.deployment, 'li', groups, server.clock.now())
  const groupsOfLi = async () => (await showUser(server.deployment, 'li', server.clock.now())).groups

  await put('staff', 'beta', 'staff')
  expect(await groupsOfLi()).toEqual(['beta', 'staff'])
  await expect(put('two words')).rejects.toThrow('two words is not the name of a group')
  expect(await groupsOfLi()).toEqual(['beta', 'staff'])
  await put()
  expect(await groupsOfLi()).toEqual([])
})
