import { expect, test } from 'vitest'
import { newDirectory } from '../testing/data-directory.ts'
import { runLigature, startProcess } from '../testing/server-process.ts'
import { slowness } from '../testing/slowness.ts'
import { REGISTER_CLIENT_ID, startServer, type TestServer } from '../testing/server.ts'
import { savePolicy } from '../platform/policy/index.ts'
import { attributePolicy, customAttributes } from '../users/index.ts'
import { importUsers, showUser } from './index.ts'

const LI = '13800138000'
const NO_SUCH_USER = 'IDAAS.SDK.LOGIN.9005'

function importText(server: TestServer, text: string) {
  return importUsers(server.deployment, linesOf(text), server.clock.now())
}

async function* linesOf(text: string): AsyncGenerator<string> {
  yield* text.split('\n')
}

/** Proves an address for somebody whom WeChat has just vouched for. */
async function prove(server: TestServer, address: string, how: 'bind' | 'register') {
  const program = server.miniProgram(how === 'register' ? { clientId: REGISTER_CLIENT_ID } : {})
  const signIn = await program.openSignIn(`person-${how}`)
  await signIn.send(address, { register: how === 'register' })
  const code = await program.newestCode(address)
  return how === 'bind' ? signIn.bind(address, code) : signIn.registerBind(address, code)
}

const LI_LINE = JSON.stringify({ user_name: 'li', mobile: { value: LI, verified: true }, email: 'li@qq.com' })

test('an imported user with a verified mobile is found by it', async (t) => {
  const server = await startServer(t)
  const before = await server.count('user')

  expect(await importText(server, LI_LINE)).toEqual({ imported: 1, known: 0, refused: [] })

  expect((await prove(server, LI, 'bind')).outcome).toBe('SUCCESS')
  expect(await server.count('user')).toBe(before + 1)
})

test('an unverified address finds nobody, and proving it registers somebody new', async (t) => {
  const server = await startServer(t)
  await importText(server, `{"user_name":"li","mobile":"${LI}"}`)
  const before = await server.count('user')

  expect((await prove(server, LI, 'bind')).outcome).toBe(NO_SUCH_USER)
  server.clock.advance(60_000)
  expect((await prove(server, LI, 'register')).outcome).toBe('SUCCESS')
  expect(await server.count('user')).toBe(before + 1)
})

test('a second run imports nothing, with or without user names', async (t) => {
  const server = await startServer(t)
  const text = `${LI_LINE}\n{"email":{"value":"wang@qq.com","verified":true}}\n{"user_name":"zhao"}`
  expect(await importText(server, text)).toMatchObject({ imported: 3 })
  const users = await server.count('user')

  expect(await importText(server, text)).toEqual({ imported: 0, known: 3, refused: [] })
  expect(await server.count('user')).toBe(users)
})

test('a line twice in one file is one user', async (t) => {
  const server = await startServer(t)

  expect(await importText(server, `${LI_LINE}\n${LI_LINE}`)).toEqual({ imported: 1, known: 1, refused: [] })
})

test('a file with a byte order mark, CRLF and empty lines is read', async (t) => {
  const server = await startServer(t)

  expect(await importText(server, `\uFEFF${LI_LINE}\r\n\r\n  \r\n{"user_name":"zhao"}\r\n`)).toEqual({
    imported: 2,
    known: 0,
    refused: [],
  })
})

const BAD_LINES: readonly [what: string, line: string, reason: string][] = [
  ['no JSON', '{"user_name":', 'not JSON'],
  ['no object', '["li"]', 'expected object'],
  ['not UTF-8', '{"user_name":"\uFFFD\uFFFD"}', 'not UTF-8'],
  ['an unknown field', '{"user_name":"a","phone":"1"}', 'Unrecognized key: "phone"'],
  ['a name that is no text', '{"user_name":"a","name":7}', 'name: '],
  ['a name that is too long', `{"user_name":"a","name":"${'x'.repeat(257)}"}`, 'name: '],
  ['a user name like a number', '{"user_name":"13800138000"}', 'user_name: is shaped like an address'],
  ['a user name like an address', '{"user_name":"li@qq.com"}', 'user_name: is shaped like an address'],
  ['a mobile that is a number', '{"user_name":"a","mobile":13800138000}', 'mobile: must be text'],
  ['a mobile without its verified', '{"user_name":"a","mobile":{"value":"1"}}', 'mobile: must be text'],
  ['no mobile number', '{"user_name":"a","mobile":"1234"}', 'not a mobile number'],
  ['no email address', '{"user_name":"a","email":"a@b"}', 'not an email address'],
  [
    'a day that no calendar has',
    '{"user_name":"a","attr_birthday":"2023-02-29"}',
    'attr_birthday does not match',
  ],
  ['an attribute that is a number', '{"user_name":"a","zip_code":430000}', 'zip_code: '],
  ['a custom attribute of nobody', '{"user_name":"a","extension":{"x":1}}', 'extension.x: no such'],
  ['nothing of his own', '{"name":"Li"}', 'neither a user_name nor a verified address'],
  ['nothing verified', '{"mobile":"13800138001"}', 'neither a user_name nor a verified address'],
  [
    'the address of another',
    '{"user_name":"a","mobile":{"value":"+8613800138000","verified":true}}',
    'another user',
  ],
  [
    'the name of another',
    '{"user_name":"LI","email":{"value":"new@qq.com","verified":true}}',
    'other verified addresses',
  ],
  [
    'the addresses of two',
    '{"mobile":{"value":"13800138000","verified":true},"email":{"value":"zhangsan@qq.com","verified":true}}',
    'another user has verified this address',
  ],
]

test('each line that cannot be taken is named with its reason, leaves nothing, and stops no other', async (t) => {
  const server = await startServer(t)
  await importText(server, LI_LINE)
  const [users, addresses] = [await server.count('user'), await server.count('user_address')]
  const lines = BAD_LINES.flatMap(([, line], index) => [line, `{"user_name":"good-${index}"}`])

  const { imported, known, refused } = await importText(server, lines.join('\n'))

  expect({ imported, known }).toEqual({ imported: BAD_LINES.length, known: 0 })
  expect(refused.map(({ line }) => line)).toEqual(BAD_LINES.map((_, index) => 2 * index + 1))
  for (const [index, [, , reason]] of BAD_LINES.entries()) {
    expect(refused[index]?.reason).toContain(reason)
  }
  expect(await server.count('user')).toBe(users + BAD_LINES.length)
  expect(await server.count('user_address')).toBe(addresses)
})

test('attributes come along, those that only the operator sets among them, and none is required', async (t) => {
  const server = await startServer(t)
  const { db } = server.deployment
  await savePolicy(db, attributePolicy, { industry: { required: true }, zip_code: { pattern: '[0-9]{6}' } })
  await savePolicy(db, customAttributes, {
    attributes: { level: { type: 'number', editable: false }, city: { type: 'text', required: true } },
  })
  const said = {
    mailing_address: '1 East Road',
    attr_birthday: '1990-02-01',
    attr_gender: 'unknown',
    head_img: '',
  }

  const report = await importText(
    server,
    [
      JSON.stringify({ user_name: 'li', ...said, extension: { level: 3 } }),
      '{"user_name":"wang","zip_code":"43"}',
    ].join('\n'),
  )

  expect(report).toEqual({
    imported: 1,
    known: 0,
    refused: [{ line: 2, reason: 'zip_code does not match the rule' }],
  })
  expect(await showUser(server.deployment, 'li', server.clock.now())).toMatchObject({
    attributes: {
      mailing_address: '1***',
      attr_birthday: '1990-**-**',
      attr_gender: 'unknow',
      extension: { level: 3 },
    },
  })
})

test('a thousand users are imported beside a running server, which hardly waits for it', async (t) => {
  const data = newDirectory(t)
  const server = await startProcess(t, ['dev', '--log', 'silent', '--data', data])
  const users = Array.from({ length: 1000 }, (_, index) => ({
    user_name: `user-${index}`,
    mobile: { value: String(13_900_000_000 + index), verified: true },
  }))
  const input = ['{"user_name":"a b"}', ...users.map((user) => JSON.stringify(user))].join('\r\n')

  const waits: number[] = []
  const end = new AbortController()
  const importing = runLigature(t, ['users', 'import', '-', '--data', data], { input }).finally(() =>
    end.abort(),
  )
  while (!end.signal.aborted) {
    const askedAt = performance.now()
    expect((await openSignIn(server.url, waits.length)).status).toBe(200)
    waits.push(performance.now() - askedAt)
  }

  expect(await importing).toMatchObject({
    code: 1,
    stdout: '1000 imported, 0 known already, 1 refused\n',
    stderr: 'line 1: user_name: is shaped like an address, or holds characters that a user name may not\n',
  })
  const sorted = waits.toSorted((one, other) => one - other)
  expect(sorted[Math.floor(sorted.length * 0.9)]).toBeLessThan(1000 * slowness)
})

/** Something that writes. */
function openSignIn(url: string, number: number): Promise<Response> {
  return fetch(`${url}/api/v2/sdk/login/wechat-miniprogram`, {
    method: 'POST',
    headers: {
      'X-client-id': REGISTER_CLIENT_ID,
      'X-agent': 'test',
      'X-device-fingerprint': 'test',
      'X-operating-sys-version': 'test',
    },
    body: JSON.stringify({ code: `mock:person-${number}` }),
  })
}

test('a file that cannot be read is told in one sentence', async (t) => {
  const server = await startServer(t)
  for (const file of ['/nowhere/users.jsonl', import.meta.dirname]) {
    const { code, stderr } = await runLigature(t, ['users', 'import', file], server.data.process)

    expect(code).toBe(1)
    expect(stderr).toMatch(/^ligature: \S+ cannot be read: \w+: [^\n]*\n$/)
  }
})
