import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { Secret as OtpSecret } from 'otpauth'
import { describe, expect, test, type TestContext } from 'vitest'
import { importUsers } from '../app.ts'
import { demoConnections } from '../development/index.ts'
import { deriveKey, decrypt } from '../platform/vault/vault.ts'
import { setGateway } from '../testing/carriers.ts'
import { enrolTotp, wrongCode } from '../testing/factors.ts'
import type { MiniProgram, Reply } from '../testing/mini-program.ts'
import { startPostgres } from '../testing/postgres.ts'
import {
  REGISTER_CLIENT_ID,
  startServer,
  type TestServer,
  type TestServerOptions,
} from '../testing/server.ts'
import { signedIn } from '../testing/signed-in.ts'
import { emptyDatabase } from '../testing/test-data.ts'
import { type Secret, traces, tracesBelow, tracesIn } from '../testing/traces.ts'

const MOBILES = ['13912345678', '13712345678', '18612345678', '15012345678', '13312345678']
const EMAILS = ['li.wei@mail.example.com', 'wang.fang@mail.example.com', 'zhao@mail.example.com']

/** Ids and moments hold runs of digits, and six of them can be a code by chance. */
function withoutNumbers(bytes: string): string {
  return bytes.replace(/\d{17}-[0-9A-F]{4}-[0-9A-F]{9}|17676\d{8}/g, ' ')
}

/** Everything that a person can do, with what was secret in it. */
async function liveOnce(
  t: TestContext,
  options: Pick<TestServerOptions, 'data'> = {},
): Promise<{ server: TestServer; secrets: Secret[]; codes: Secret[] }> {
  const server = await startServer(t, {
    ...options,
    application: { session: { lifetimeSeconds: 432_000, isRenewed: true } },
  })
  const program = server.miniProgram()
  const registering = server.miniProgram({ clientId: REGISTER_CLIENT_ID })
  const [li = '', wang = '', zhao = '', sun = '', qian = ''] = MOBILES
  const [liMail = '', wangMail = '', zhaoMail = ''] = EMAILS
  const secrets: Secret[] = [...MOBILES, ...EMAILS].map((address) => ({ name: address, value: address }))
  // What its mailbox counts as where sending is limited.
  secrets.push({ name: 'a mailbox', value: 'liwei@mail.example.com' })
  const codes: Secret[] = []
  const keep = (name: string, value: unknown) => secrets.push({ name, value: String(value) })
  const codeTo = async (address: string): Promise<string> => {
    const code = await program.newestCode(address)
    codes.push({ name: `the code to ${address}`, value: code })
    return code
  }

  await importUsers(server.deployment, linesOf(li, liMail, sun), server.clock.now())

  const wxLoginCode = await issueWxLoginCode(program)
  keep('the code of wx.login', wxLoginCode)
  const byMobile = await program.openSignIn(wxLoginCode)
  keep('a state token', byMobile.stateToken)
  await byMobile.send(` +86${li} `)
  const right = await codeTo(li)
  for (const wrong of ['000000', '987654']) {
    if (wrong !== right) await byMobile.bind(li, wrong)
  }
  const bound = await byMobile.bind(li, right)
  keepSession(bound)

  const byEmail = await program.openSignIn('bob')
  keep('a state token', byEmail.stateToken)
  await byEmail.send('Li.Wei@Mail.Example.COM')
  keepSession(await byEmail.bind(liMail, await codeTo(liMail)))

  const own = signedIn(program, bound)
  const { factors, secret, recoveryCodes } = await enrolTotp(server, program, own)
  keep('the secret of one-time passwords', secret)
  secrets.push({
    name: 'the secret of one-time passwords, in bytes',
    value: Buffer.from(OtpSecret.fromBase32(secret).bytes),
  })
  for (const code of recoveryCodes) {
    keep('a recovery code', code)
    keep('a recovery code, without its hyphens', code.replaceAll('-', ''))
  }
  await factors.confirm(wrongCode(secret, server.clock.now()))

  for (const [person, address] of [
    ['carol', wang],
    ['dave', wangMail],
  ] as const) {
    const signIn = await registering.openSignIn(person)
    keep('a state token', signIn.stateToken)
    await signIn.send(address, { register: true })
    keepSession(await signIn.registerBind(address, await codeTo(address)))
  }

  for (const [name, gateway] of Object.entries(gateways)) await setGateway(server, name, gateway)
  secrets.push(
    { name: 'the secret of a gateway', value: gateways.bridge.secret },
    { name: 'the password of a gateway', value: gateways.mail.password },
  )

  const stranger = await program.openSignIn('erin')
  for (const address of [zhao, zhaoMail]) {
    await stranger.send(address)
    expect((await stranger.bind(address, await codeTo(address))).outcome).toBe('IDAAS.SDK.LOGIN.9005')
  }

  const phoneCodeOf = (mobile: string): string => {
    const code = server.weChat.issuePhoneCode('fang', mobile)
    keep('a code of the phone button', code)
    return code
  }
  const byButton = await registering.openSignIn('fang')
  keepSession(await byButton.phoneRegisterBind(phoneCodeOf(qian)))
  keepSession(await registering.loginByPhone(phoneCodeOf(qian)))
  const refused = await registering.loginByPhone(phoneCodeOf(zhao))
  expect(refused.outcome).toBe('IDAAS.SDK.LOGIN.9011')
  keep('an access token', await accessTokenOf(server))

  const sessionToken = String(bound.body['session_token'])
  const renewed = await program.call('sso/session-token/id-token', {
    headers: { 'session-token': sessionToken },
  })
  keep('a renewed session token', renewed.body['session_token'])
  await program.call('logout', {
    method: 'GET',
    headers: { 'session-token': String(renewed.body['session_token']) },
  })
  return { server, secrets: [...secrets, ...(await keysOf(server))], codes }

  function keepSession(reply: Reply): void {
    expect(reply.outcome).toBe('SUCCESS')
    keep('a session token', reply.body['session_token'])
    keep('an id_token', reply.body['id_token'])
  }
}

const gateways = {
  bridge: {
    kind: 'http-sms',
    url: 'https://sms.example.com/send',
    secret: `whsec_${Buffer.alloc(32, 5).toString('base64')}`,
  },
  mail: {
    kind: 'smtp',
    host: 'mail.example.com',
    user: 'somebody',
    password: 'Passw0rd-0f-the-mail-server',
    from: 'no-reply@example.com',
  },
} as const

async function* linesOf(mobile: string, email: string, unproved: string): AsyncGenerator<string> {
  yield JSON.stringify({
    user_name: 'li',
    mobile: { value: mobile, verified: true },
    email: { value: email, verified: true },
  })
  yield JSON.stringify({ user_name: 'sun', mobile: unproved })
}

async function issueWxLoginCode(program: MiniProgram): Promise<string> {
  const { body } = await program.call('/dev/wechat/login', { body: { persona: 'alice' } })
  return String(body['code'])
}

/** What WeChat has lent us. */
async function accessTokenOf({ deployment }: TestServer): Promise<string> {
  const { connection_id: id, token_sealed: sealed } = await deployment.db
    .selectFrom('access_token')
    .selectAll()
    .executeTakeFirstOrThrow()
  const token = deployment.vault.open(`access_token ${id}`, sealed ?? '')
  expect(token).toMatch(/^80_[A-Za-z0-9]{133}$/)
  return token
}

/** Secrets of this deployment itself. */
async function keysOf({ deployment, data }: TestServer): Promise<Secret[]> {
  const { db, vault } = deployment
  const text =
    data.settings.masterKey ?? readFileSync(join(data.settings.dataDirectory, 'master.key'), 'utf8').trim()
  const masterKey = Buffer.from(text, 'base64')
  const dataKeys = await db.selectFrom('data_key').selectAll().execute()
  const signingKeys = await db.selectFrom('signing_key').selectAll().execute()
  const privateParts = signingKeys.flatMap(({ kid, algorithm, private_jwk_sealed: sealed }) => {
    const jwk = JSON.parse(vault.open(`signing_key ${kid}`, sealed ?? '')) as Record<string, string>
    const names = ['d', 'p', 'q', 'dp', 'dq', 'qi'].filter((name) => jwk[name] !== undefined)
    return names.flatMap((name) => [
      { name: `${name} of the key for ${algorithm}`, value: jwk[name] ?? '' },
      {
        name: `${name} of the key for ${algorithm}, in bytes`,
        value: Buffer.from(jwk[name] ?? '', 'base64url'),
      },
    ])
  })
  expect(privateParts.length).toBeGreaterThanOrEqual(16)
  return [
    ...privateParts,
    { name: 'the master key', value: masterKey },
    { name: 'the master key in base64', value: masterKey.toString('base64') },
    ...dataKeys.map(({ number, wrapped }) => ({
      name: 'a data key',
      value: decrypt(deriveKey(masterKey, 'wrap data keys'), `data key ${number}`, wrapped),
    })),
    ...demoConnections.map(({ appSecret }) => ({ name: 'an app secret', value: appSecret })),
  ]
}

test('no file of the data directory shows an address, a code, a token or a key, running or stopped', async (t) => {
  const { server, secrets, codes } = await liveOnce(t)
  const { dataDirectory } = server.data.settings
  const look = () => [
    ...tracesIn(dataDirectory, secrets, ['master.key']),
    ...tracesIn(dataDirectory, codes, ['master.key'], withoutNumbers),
  ]

  expect(readdirSync(dataDirectory)).toContain('ligature.db-wal')
  expect(look()).toEqual([])
  await server.stop()
  expect(readdirSync(dataDirectory).toSorted()).toEqual(['ligature.db', 'master.key'])
  expect(look()).toEqual([])
  expect(traces(withoutNumbers(server.logLines.join('')), [...secrets, ...codes])).toEqual([])
})

test('no file of PostgreSQL shows an address, a token or a key either, its log included', async (t) => {
  const postgres = await startPostgres({ isDurable: true })
  t.onTestFinished(() => postgres.remove())
  const data = await emptyDatabase(postgres.url)
  const { server, secrets } = await liveOnce(t, { data })
  const { db } = server.deployment
  const { rows } = await sql<{ oid: number }>`
    select oid from pg_database where datname = current_database()`.execute(db)
  const tables = `base/${rows[0]?.oid}/`
  const look = (wanted: readonly Secret[], folder: string) =>
    tracesBelow(postgres.directory, wanted, (path) => path.startsWith(folder))

  expect(look(secrets, 'pg_wal/')).toEqual([])
  await sql`checkpoint`.execute(db)
  expect(look(secrets, tables)).toEqual([])

  const [planted] = secrets
  await db
    .insertInto('deployment')
    .values({ name: 'planted', value: `${MOBILES[0]}` })
    .execute()
  expect(look(planted ? [planted] : [], 'pg_wal/')).not.toEqual([])
  await sql`checkpoint`.execute(db)
  expect(look(planted ? [planted] : [], tables)).not.toEqual([])
}, 180_000)

describe('the search itself', () => {
  const PLANTED = [
    ['in clear', '+86-13912345678', 'itself'],
    ['in capitals', 'LI.WEI@MAIL.EXAMPLE.COM', 'itself'],
    ['in base64', Buffer.from('+86-13912345678').toString('base64'), 'base64'],
    ['in base64url', Buffer.from('x+86-13912345678').toString('base64url'), 'base64'],
    ['in hex', Buffer.from('139 13912345678').toString('hex'), 'hex'],
    ['with a neighbour in the row', 'sms13912345678x', 'itself'],
  ] as const

  test.for(PLANTED)('finds an address that was stored %s', async ([, value, as], t) => {
    const server = await startServer(t)
    await server.deployment.db.insertInto('deployment').values({ name: 'planted', value }).execute()
    const secrets = [...MOBILES, ...EMAILS].map((address) => ({ name: 'an address', value: address }))

    expect(tracesIn(server.data.settings.dataDirectory, secrets)).toContain(
      `ligature.db-wal shows an address as ${as}`,
    )
    await server.stop()
    expect(tracesIn(server.data.settings.dataDirectory, secrets)).toContain(
      `ligature.db shows an address as ${as}`,
    )
  })

  test('finds a code, and the master key in its own file', async (t) => {
    const server = await startServer(t)
    const { db } = server.deployment
    await db.insertInto('deployment').values({ name: '1', value: '{"code":"482913"}' }).execute()
    const [masterKey] = (await keysOf(server)).filter(({ name }) => name === 'the master key in base64')
    const secrets = [{ name: 'a code', value: '482913' }, ...(masterKey === undefined ? [] : [masterKey])]

    expect(tracesIn(server.data.settings.dataDirectory, secrets, [], withoutNumbers)).toEqual([
      'ligature.db-wal shows a code as itself',
      'master.key shows the master key in base64 as itself',
    ])
  })
})
