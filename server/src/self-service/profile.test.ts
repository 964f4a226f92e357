import { expect, test, type TestContext } from 'vitest'
import { savePolicy } from '../platform/policy/index.ts'
import { startServer, type TestServer } from '../testing/server.ts'
import { bindAndSignIn, type SignedIn, signIn } from '../testing/signed-in.ts'
import { attributePolicy, customAttributes } from '../users/index.ts'

const ID_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0016'
const REQUIRED = 'IDAAS.SDK.USER.9101'
const MALFORMED = 'IDAAS.SDK.USER.9102'
const NOT_YOURS = 'IDAAS.SDK.USER.9103'
const NAME_TAKEN = 'IDAAS.SDK.USER.9104'
const TOO_MANY_NAMES = 'IDAAS.SDK.USER.9107'

async function startSignedIn(t: TestContext): Promise<{ server: TestServer; li: SignedIn }> {
  const server = await startServer(t)
  return { server, li: await bindAndSignIn(server.miniProgram(), 'li') }
}

test('what was given is told, what was not is empty', async (t) => {
  const { li } = await startSignedIn(t)
  expect((await li.profile()).body).toEqual({
    user_name: 'zhangsan',
    name: expect.any(String),
    mobile: '+86-11012345678',
    email: 'zhangsan@qq.com',
    head_img: '',
    attr_gender: '',
    attr_birthday: '',
    attr_nick_name: '',
    mailing_address: '',
    zip_code: '',
    first_name: '',
    middle_name: '',
    last_name: '',
    industry: '',
    extension: {},
  })

  expect(await li.updateProfile({ attr_nick_name: ' zs ', zip_code: '430000' })).toMatchObject({
    httpStatus: 200,
    text: '',
  })
  expect((await li.profile()).body).toMatchObject({ attr_nick_name: 'zs', zip_code: '430000' })
})

test('a field that is not there stays, an empty one is emptied', async (t) => {
  const { server, li } = await startSignedIn(t)
  await savePolicy(server.deployment.db, customAttributes, {
    attributes: { age: { type: 'number' }, tags: { type: 'texts' } },
  })
  await li.updateProfile({
    name: 'Li',
    first_name: 'Si',
    industry: 'x',
    extension: { age: '28', tags: ['a'] },
  })

  await li.updateProfile({ industry: '', extension: { tags: [] } })
  await li.updateProfile({})

  const { body } = await li.profile()
  expect(body).toMatchObject({ name: 'Li', first_name: 'Si', industry: '', extension: { age: 28 } })
})

test('password, mobile and email are not changed by it', async (t) => {
  const { li } = await startSignedIn(t)

  await li.updateProfile({
    mobile: '13900139000',
    email: 'other@example.com',
    pwd: 'x',
    user_id: 'y',
    name: 'Li',
  })

  expect((await li.profile()).body).toMatchObject({
    name: 'Li',
    mobile: '+86-11012345678',
    email: 'zhangsan@qq.com',
  })
})

test('a refusal leaves everything as it was', async (t) => {
  const { server, li } = await startSignedIn(t)
  await server.addUser({ userName: 'Taken' })
  await savePolicy(server.deployment.db, attributePolicy, {
    name: { required: true },
    zip_code: { pattern: String.raw`\d{6}` },
  })
  await savePolicy(server.deployment.db, customAttributes, {
    attributes: { level: { type: 'number', editable: false } },
  })
  await li.updateProfile({ name: 'Li', zip_code: '430000' })
  const before = (await li.profile()).body

  for (const [fields, outcome] of [
    [{ industry: 'x', user_name: 'tAKEN' }, NAME_TAKEN],
    [{ industry: 'x', user_name: '' }, REQUIRED],
    [{ industry: 'x', user_name: '13800138000' }, MALFORMED],
    [{ industry: 'x', name: '' }, REQUIRED],
    [{ industry: 'x', zip_code: '43000' }, MALFORMED],
    [{ industry: 'x', attr_birthday: '2023-02-29' }, MALFORMED],
    [{ industry: 'x', extension: { level: 2 } }, NOT_YOURS],
    [{ industry: 5 }, 'IDAAS.SDK.PARAM.9002'],
    [{ extension: 'x' }, 'IDAAS.SDK.PARAM.9002'],
  ] as const) {
    expect({ fields, ...(await li.updateProfile(fields)) }).toMatchObject({
      fields,
      httpStatus: 400,
      outcome,
    })
  }

  expect((await li.profile()).body).toEqual(before)
})

test('an app can send back all that it was told, even what would not be taken today', async (t) => {
  const { server, li } = await startSignedIn(t)
  await li.updateProfile({ zip_code: '43' })
  await savePolicy(server.deployment.db, attributePolicy, { zip_code: { pattern: String.raw`\d{6}` } })

  expect(await li.updateProfile((await li.profile()).body)).toMatchObject({ outcome: 'OK' })
  expect(await li.updateProfile({ zip_code: '42' })).toMatchObject({ outcome: MALFORMED })
})

test('custom attributes that nobody defined are passed over, and come back with their definition', async (t) => {
  const { server, li } = await startSignedIn(t)
  const { db } = server.deployment
  await savePolicy(db, customAttributes, { attributes: { age: { type: 'number' } } })
  await li.updateProfile({ extension: { age: 28, nobody: 'x' } })

  await savePolicy(db, customAttributes, { attributes: {} })
  expect(await li.updateProfile({ extension: { age: 29 } })).toMatchObject({ outcome: 'OK' })
  expect((await li.profile()).body).toMatchObject({ extension: {} })

  await savePolicy(db, customAttributes, { attributes: { age: { type: 'number' } } })
  expect((await li.profile()).body).toMatchObject({ extension: { age: 28 } })
})

test('a user name is in the next id_token, and may change its case', async (t) => {
  const { li } = await startSignedIn(t)

  expect(await li.updateProfile({ user_name: 'ZhangSan' })).toMatchObject({ outcome: 'OK' })
  expect(await li.updateProfile({ user_name: 'zhang-san' })).toMatchObject({ outcome: 'OK' })

  const idToken = String((await li.refresh()).body['id_token'])
  expect(JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({
    userName: 'zhang-san',
  })
})

test('of sixteen users who want one user name at once, one gets it', async (t) => {
  const server = await startServer(t)
  const users: SignedIn[] = []
  for (let n = 0; n < 16; n++) {
    const mobile = `138${10_000_000 + n * 10_000}`
    await server.addUser({ mobile, fixedCode: '123456' })
    users.push(await bindAndSignIn(server.miniProgram(), `person${n}`, mobile, '123456'))
  }

  const replies = await Promise.all(users.map((user) => user.updateProfile({ user_name: 'lisi' })))

  expect(replies.filter(({ outcome }) => outcome === 'OK')).toHaveLength(1)
  expect(replies.filter(({ outcome }) => outcome === NAME_TAKEN)).toHaveLength(15)
})

test('changes of one user at once, in several sessions, lose nothing of each other', async (t) => {
  const { server, li } = await startSignedIn(t)
  const fields = ['first_name', 'last_name', 'middle_name', 'industry', 'zip_code', 'attr_nick_name']
  const sessions = new Map<string, SignedIn>()
  for (const field of fields) sessions.set(field, await signIn(server.miniProgram(), 'li'))

  await Promise.all([...sessions].map(([field, session]) => session.updateProfile({ [field]: 'x' })))

  expect((await li.profile()).body).toMatchObject(Object.fromEntries(fields.map((field) => [field, 'x'])))
})

test('the audit keeps which attributes, not what they are', async (t) => {
  const { server, li } = await startSignedIn(t)

  await li.updateProfile({ name: 'Zauberer', mailing_address: '1 East Road' })
  await li.updateProfile({ name: 'Zauberer' })

  const events = await server.deployment.db
    .selectFrom('audit_event')
    .selectAll()
    .where('kind', '=', 'profile_changed')
    .execute()
  expect(events).toMatchObject([{ user_id: li.userId, because: 'name, mailing_address' }])
})

test('without a session nothing is told and nothing changes', async (t) => {
  const { server, li } = await startSignedIn(t)
  const program = server.miniProgram()

  expect(await program.call('profile', { method: 'GET' })).toMatchObject({ outcome: ID_TOKEN_REFUSED })
  expect(await program.call('profile/update', { body: { name: 'x' } })).toMatchObject({
    outcome: ID_TOKEN_REFUSED,
  })
  await program.call('logout', { method: 'GET', headers: { Authorization: `Bearer ${li.idToken}` } })
  expect(await li.updateProfile({ name: 'x' })).toMatchObject({ outcome: ID_TOKEN_REFUSED })
})

test('who asks for one user name after the other is told of ten a day, and keeps his own meanwhile', async (t) => {
  const { server, li } = await startSignedIn(t)
  for (let asked = 1; asked <= 10; asked++) await server.addUser({ userName: `taken-${asked}` })
  for (let asked = 1; asked <= 10; asked++) {
    expect(await li.updateProfile({ user_name: `taken-${asked}` })).toMatchObject({ outcome: NAME_TAKEN })
  }

  const eleventh = await li.updateProfile({ user_name: 'free' })
  expect(eleventh).toMatchObject({ httpStatus: 400, outcome: TOO_MANY_NAMES })
  expect(eleventh.headers.get('retry-after')).toBe(String(24 * 60 * 60))
  expect(await li.updateProfile({ user_name: 'zhangsan', name: 'Li' })).toMatchObject({ outcome: 'OK' })
})
