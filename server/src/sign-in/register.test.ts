import { describe, expect, test, type TestContext } from 'vitest'
import { savePolicy } from '../platform/policy/index.ts'
import { GOOD, logIn } from '../testing/passwords.ts'
import { startServer, type TestServer, type TestServerOptions } from '../testing/server.ts'
import { signedIn } from '../testing/signed-in.ts'
import { attributePolicy, customAttributes } from '../users/index.ts'
import { registration } from './registration.ts'

const MOBILE = '13800138000'
const MAIL = 'li@example.com'
const CODE_INCORRECT = 'IDAAS.SDK.CAPTCHA.0007'
const REQUIRED = 'IDAAS.SDK.USER.9101'
const MALFORMED = 'IDAAS.SDK.USER.9102'
const NOT_YOURS = 'IDAAS.SDK.USER.9103'
const NAME_TAKEN = 'IDAAS.SDK.USER.9104'

const EVERYTHING = {
  user_name: 'lisi',
  name: '李四',
  head_img: 'https://example.com/li.png',
  attr_gender: 'male',
  attr_birthday: '1990-02-28',
  attr_nick_name: 'Xiao Li',
  mailing_address: '1 East Road',
  zip_code: '430000',
  first_name: 'Si',
  middle_name: 'M',
  last_name: 'Li',
  industry: 'Shipping',
}

const ways = [
  {
    path: 'register/mobile-verify-code',
    field: 'mobile',
    address: MOBILE,
    type: 'REGISTER_SMS',
    closed: 'IDAAS.SDK.LOGIN.9011',
    registered: 'IDAAS.SDK.USER.9105',
  },
  {
    path: 'register/email-verify-code',
    field: 'email',
    address: MAIL,
    type: 'REGISTER_EMS',
    closed: 'IDAAS.SDK.LOGIN.9012',
    registered: 'IDAAS.SDK.USER.9106',
  },
] as const
type Way = (typeof ways)[number]
const [byMobile] = ways

async function startOpen(t: TestContext, options?: TestServerOptions): Promise<TestServer> {
  const server = await startServer(t, options)
  await savePolicy(server.deployment.db, registration, { open: true })
  return server
}

function openClient(server: TestServer, way: Way = byMobile, address: string = way.address) {
  const program = server.miniProgram()
  return {
    ...program,
    async code(): Promise<string> {
      expect(await program.send(address, way.type)).toMatchObject({ outcome: 'OK' })
      return program.newestCode(address)
    },
    register: (verifyCode: string, fields: object = {}) =>
      program.call(way.path, { body: { [way.field]: address, verify_code: verifyCode, ...fields } }),
  }
}

function kindsOf(server: TestServer) {
  const { db } = server.deployment
  return db.selectFrom('audit_event').select(['kind', 'because', 'user_id']).orderBy('at').execute()
}

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

test.for([
  { user_name: '13900139000' },
  { user_name: 'li si' },
  { user_name: 'a'.repeat(65) },
  { name: 'a'.repeat(257) },
  { name: 'a\nb' },
  { head_img: 'data:text/html,x' },
  { head_img: '//example.com/a.png' },
  { attr_gender: 'm' },
  { attr_birthday: '1990-02-30' },
  { attr_birthday: '1990-2-3' },
  { attr_birthday: '2023-02-29' },
  { extension: { age: 'old' } },
  { extension: { tags: ['a', ''] } },
  { extension: { tags: 'a' } },
  { extension: { agreed: 'yes' } },
  { extension: { motto: 'a'.repeat(6) } },
])('refuses %j with the name of the field, and the code stays good', async (fields, t) => {
  const server = await startOpen(t)
  await savePolicy(server.deployment.db, customAttributes, {
    attributes: {
      age: { type: 'number' },
      tags: { type: 'texts' },
      agreed: { type: 'switch' },
      motto: { type: 'text', max_length: 5 },
    },
  })
  const client = openClient(server)
  const code = await client.code()

  const reply = await client.register(code, fields)

  expect(reply).toMatchObject({ httpStatus: 400, outcome: MALFORMED })
  expect(String(reply.body['error_msg'])).toContain(Object.keys(fields)[0])
  const custom = { age: -1.5, tags: ['a'], agreed: 'false', motto: 'a'.repeat(5), forgotten: { x: 1 } }
  const right = await client.register(code, {
    attr_gender: 'unknown',
    attr_birthday: '2024-02-29',
    extension: custom,
  })
  const { forgotten: _, ...kept } = custom
  expect((await signedIn(client, right).profile()).body).toMatchObject({
    attr_gender: 'unknow',
    attr_birthday: '2024-02-29',
    extension: { ...kept, agreed: false },
  })
})

test('asks for what the operator requires, in the form that he wants', async (t) => {
  const server = await startOpen(t)
  const { db } = server.deployment
  await savePolicy(db, attributePolicy, {
    name: { required: true },
    zip_code: { pattern: String.raw`[1-9]\d{5}` },
  })
  await savePolicy(db, customAttributes, {
    attributes: {
      city: { type: 'text', required: true, pattern: 'Wuhan|Beijing' },
      level: { type: 'number', editable: false },
    },
  })
  const client = openClient(server)
  const code = await client.code()
  const good = { name: 'Li', extension: { city: 'Wuhan' } }

  for (const [fields, outcome] of [
    [{}, REQUIRED],
    [{ name: '', extension: good.extension }, REQUIRED],
    [{ name: 'Li' }, REQUIRED],
    [{ name: 'Li', extension: { city: '' } }, REQUIRED],
    [{ name: 'Li', extension: { city: 'Wuhan!' } }, MALFORMED],
    [{ ...good, zip_code: '043000' }, MALFORMED],
    [{ ...good, extension: { city: 'Wuhan', level: 9 } }, NOT_YOURS],
  ] as const) {
    expect({ fields, ...(await client.register(code, fields)) }).toMatchObject({ fields, outcome })
  }
  expect(await client.register(code, { ...good, zip_code: '430000' })).toMatchObject({ outcome: 'SUCCESS' })
})

test('a bind has no fields, so it asks for none that are required', async (t) => {
  const server = await startServer(t)
  await savePolicy(server.deployment.db, attributePolicy, { name: { required: true } })
  const signIn = await server
    .miniProgram({ clientId: 'demoBindOrRegister00000000000001' })
    .openSignIn('somebody')
  await signIn.send(MOBILE, { register: true })

  const reply = await signIn.registerBind(MOBILE, await server.miniProgram().newestCode(MOBILE))

  expect(reply).toMatchObject({ outcome: 'SUCCESS' })
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

test('nothing of what a person says of himself can be read in the database', async (t) => {
  const server = await startOpen(t)
  const client = openClient(server)
  await client.register(await client.code(), {
    attr_nick_name: 'Zauberflöte',
    mailing_address: '1 East Road',
  })

  const rows = JSON.stringify([
    await server.deployment.db.selectFrom('user').selectAll().execute(),
    await server.deployment.db.selectFrom('audit_event').selectAll().execute(),
    server.logLines,
  ])

  expect(rows).not.toMatch(/Zauberfl|East Road/)
})
