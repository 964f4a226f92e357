import { describe, expect, test } from 'vitest'
import { savePolicy } from '../platform/policy/index.ts'
import { GOOD, logIn } from '../testing/passwords.ts'
import { startServer } from '../testing/server.ts'
import { signedIn } from '../testing/signed-in.ts'
import { customAttributes } from '../users/index.ts'
import {
  MOBILE,
  MAIL,
  CODE_INCORRECT,
  NAME_TAKEN,
  EVERYTHING,
  ways,
  byMobile,
  startOpen,
  openClient,
  kindsOf,
} from '../testing/registering.ts'

describe.for(ways)('$path', (way) => {
  test('makes a user of whoever proves the address, with all that he says, and signs him in', async (t) => {
    const server = await startOpen(t)
    await savePolicy(server.deployment.db, customAttributes, { attributes: { age: { type: 'number' } } })
    const client = openClient(server, way)

    const reply = await client.register(await client.code(), { ...EVERYTHING, extension: { age: '18' } })

    expect(reply).toMatchObject({ httpStatus: 200, outcome: 'SUCCESS' })
    expect(Object.keys(reply.body)).toEqual(['session_token', 'expire', 'status', 'id_token'])
    expect((await signedIn(client, reply).profile()).body).toEqual({
      ...EVERYTHING,
      mobile: way.field === 'mobile' ? '+86-13800138000' : '',
      email: way.field === 'email' ? MAIL : '',
      extension: { age: 18 },
    })
    expect((await kindsOf(server)).map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['user_registered', 'session_opened']),
    )
  })

  test('needs nothing but the address and its code', async (t) => {
    const server = await startOpen(t)
    const client = openClient(server, way)

    const reply = await client.register(await client.code(), { user_name: '', name: ' ', unknown: 1 })

    expect((await signedIn(client, reply).profile()).body).toMatchObject({
      user_name: expect.stringMatching(/^u_[a-z2-7]{12}$/),
      name: '',
      attr_gender: '',
      extension: {},
    })
  })

  test('says that registration is closed only to who has proved the address', async (t) => {
    const server = await startServer(t)
    const client = openClient(server, way)
    const code = await client.code()

    expect(await client.register(code === '000000' ? '000001' : '000000')).toMatchObject({
      httpStatus: 400,
      outcome: CODE_INCORRECT,
    })
    expect(await client.register(code)).toMatchObject({ httpStatus: 400, outcome: way.closed })
    expect(await client.register(code)).toMatchObject({ outcome: CODE_INCORRECT })
  })

  test('changes nothing of a user who has the address, and says so only to who has proved it', async (t) => {
    const server = await startOpen(t)
    await server.addUser({ userName: 'first', [way.field]: way.address })
    const client = openClient(server, way)
    const code = await client.code()

    expect(await client.register(code === '000000' ? '000001' : '000000', EVERYTHING)).toMatchObject({
      outcome: CODE_INCORRECT,
    })
    expect(await client.register(code, EVERYTHING)).toMatchObject({
      httpStatus: 400,
      outcome: way.registered,
    })
    expect(await client.register(code, EVERYTHING)).toMatchObject({ outcome: CODE_INCORRECT })
    const users = await server.deployment.db
      .selectFrom('user')
      .select(['user_name', 'attributes_sealed'])
      .execute()
    expect(users.find((user) => user.user_name === 'first')).toMatchObject({ attributes_sealed: null })
    expect(await server.count('session')).toBe(0)
  })

  test('of sixteen with one code at once, one comes to be', async (t) => {
    const server = await startOpen(t)
    const users = await server.count('user')
    const client = openClient(server, way)
    const code = await client.code()

    const replies = await Promise.all(Array.from({ length: 16 }, () => client.register(code)))

    expect(replies.filter(({ outcome }) => outcome === 'SUCCESS')).toHaveLength(1)
    expect(await server.count('user')).toBe(users + 1)
  })
})

test('of two applications that register one number at once, one makes its user', async (t) => {
  const server = await startOpen(t)
  const programs = [
    server.miniProgram(),
    server.miniProgram({ clientId: 'demoBindOrRegister00000000000001' }),
  ]
  const codes: string[] = []
  for (const program of programs) {
    expect(await program.send(MOBILE, 'REGISTER_SMS')).toMatchObject({ outcome: 'OK' })
    codes.push(await program.newestCode(MOBILE))
    server.clock.advance(61_000)
  }

  const replies = await Promise.all(
    programs.map((program, n) =>
      program.call(byMobile.path, { body: { mobile: MOBILE, verify_code: codes[n] } }),
    ),
  )

  expect(replies.map(({ outcome }) => outcome).toSorted()).toEqual([byMobile.registered, 'SUCCESS'])
})

test('of sixteen who want one user name at once, one gets it, and the others may choose another', async (t) => {
  const server = await startOpen(t)
  const clients = Array.from({ length: 16 }, (_, n) =>
    openClient(server, byMobile, `138${10_000_000 + n * 10_000}`),
  )
  const codes: string[] = []
  for (const client of clients) codes.push(await client.code())

  const replies = await Promise.all(
    clients.map((client, n) => client.register(codes[n] ?? '', { user_name: n % 2 === 0 ? 'lisi' : 'LiSi' })),
  )

  expect(replies.filter(({ outcome }) => outcome === 'SUCCESS')).toHaveLength(1)
  expect(replies.filter(({ outcome }) => outcome === NAME_TAKEN)).toHaveLength(15)
  const loser = replies.findIndex(({ outcome }) => outcome === NAME_TAKEN)
  expect(await clients[loser]?.register(codes[loser] ?? '', { user_name: 'lisi_2' })).toMatchObject({
    outcome: 'SUCCESS',
  })
})

test('a code is good for five user names that are taken, and tells nothing of them without it', async (t) => {
  const server = await startOpen(t)
  await server.addUser({ userName: 'lisi' })
  const client = openClient(server)
  const code = await client.code()

  expect(await client.register(code === '000000' ? '000001' : '000000', { user_name: 'lisi' })).toMatchObject(
    {
      outcome: CODE_INCORRECT,
    },
  )
  for (let n = 2; n <= 5; n++) {
    expect(await client.register(code, { user_name: 'Lisi' })).toMatchObject({ outcome: NAME_TAKEN })
  }
  expect(await client.register(code, { user_name: 'another' })).toMatchObject({ outcome: CODE_INCORRECT })
})

test('keeps a first password that the policy takes, and an empty one is none', async (t) => {
  const server = await startOpen(t)
  const client = openClient(server)
  const code = await client.code()
  const asked = { user_name: 'registered' }

  expect(await client.register(code, { ...asked, pwd: 'correct horse' })).toMatchObject({
    outcome: 'IDAAS.SDK.PWD.9102',
  })
  expect(await client.register(code, { ...asked, pwd: 'Registered-7' })).toMatchObject({
    outcome: 'IDAAS.SDK.PWD.9104',
  })
  expect(await client.register(code, { ...asked, pwd: GOOD })).toMatchObject({ outcome: 'SUCCESS' })
  expect(await logIn(client, GOOD, 'registered')).toMatchObject({ outcome: 'SUCCESS' })

  const other = openClient(server, ways[1])
  expect(await other.register(await other.code(), { pwd: '' })).toMatchObject({ outcome: 'SUCCESS' })
  expect(await server.count('password')).toBe(2)
})

test('takes emial for email, as it does at a login', async (t) => {
  const server = await startOpen(t)
  const client = openClient(server, ways[1])
  const code = await client.code()

  const reply = await client.call('register/email-verify-code', { body: { emial: MAIL, verify_code: code } })

  expect(reply).toMatchObject({ outcome: 'SUCCESS' })
})
