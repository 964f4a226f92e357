import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest'
import { type Postgres, startPostgres } from '../testing/postgres.ts'
import { runLigature, startProcess } from '../testing/server-process.ts'
import { startServer } from '../testing/server.ts'
import { emptyDatabase, type TestData } from '../testing/test-data.ts'

const MOBILE = '11012345678'
const CODE = '232326'

let postgres: Postgres
beforeAll(async () => {
  postgres = await startPostgres({ isDurable: false })
}, 60_000)
afterAll(() => postgres.remove())

async function makeData(t: TestContext): Promise<TestData> {
  const data = await emptyDatabase(postgres.url)
  t.onTestFinished(() => data.remove())
  return data
}

function restore(t: TestContext, data: TestData) {
  return runLigature(t, ['restore', '--in-place'], data.process)
}

test('restored in place, what was open is over; an instance that was left running is not ready', async (t) => {
  const data = await makeData(t)
  const server = await startServer(t, { data })
  const program = server.miniProgram()
  const ready = async () => (await fetch(`${server.url}/ready`)).status
  const alice = await program.openSignIn('alice')
  await alice.send(MOBILE)
  const { body } = await alice.bind(MOBILE, CODE)
  const bob = await program.openSignIn('bob')
  await bob.send(MOBILE)
  expect(await ready()).toBe(200)

  const { code, stdout } = await restore(t, data)

  expect(code).toBe(0)
  expect(stdout).toMatch(
    /^restored\nended: 1 rows of sign_in\nended: 1 rows of session\n(?:ended: .*\n)*?ended: 2 rows of verification/,
  )
  expect(await ready()).toBe(503)
  await server.stop()
  const again = await startServer(t, { data })
  expect((await fetch(`${again.url}/ready`)).status).toBe(200)
  const after = again.miniProgram()
  expect(
    await after.call('sso/session-token/id-token', {
      headers: { 'session-token': String(body['session_token']) },
    }),
  ).toMatchObject({ outcome: 'IDAAS.SDK.PARAM.0023' })
  expect(
    await after.call('social/bind', {
      headers: { 'X-state-token': bob.stateToken },
      body: { mobile: MOBILE, verify_code: CODE },
    }),
  ).toMatchObject({ outcome: 'IDAAS.SDK.COMMON.1007' })
  expect(await after.login('alice')).toMatchObject({ outcome: 'SUCCESS' })
}, 60_000)

test('a server that was left running ends within seconds after a restore in place, and says why', async (t) => {
  const data = await makeData(t)
  const server = await startProcess(t, ['start', '--log', 'json'], data.process)

  expect(await restore(t, data)).toMatchObject({ code: 0 })

  expect(await server.exit).toEqual({ code: 1, signal: null })
  expect(server.stderr()).toContain('or the data were restored; start it again')
}, 60_000)

test('a bind under way on an instance that was left running is waited for, and its session ends as well', async (t) => {
  const data = await makeData(t)
  const server = await startServer(t, { data })
  const program = server.miniProgram()
  const done = await program.openSignIn('alice')
  await done.send(MOBILE)
  expect(await done.bind(MOBILE, CODE)).toMatchObject({ outcome: 'SUCCESS' })
  await program.openSignIn('bob')
  const client = new pg.Client({ connectionString: String(data.settings.database) })
  await client.connect()
  t.onTestFinished(() => client.end())

  // As a bind does it: it holds its sign-in, opens a session, and completes the sign-in.
  await client.query('begin')
  await client.query('update sign_in set tries = tries + 1 where completed_at is null')
  const restored = restore(t, data)
  const waiting = `select count(*)::int as rows from pg_locks where not granted and pid <> pg_backend_pid()`
  await expect
    .poll(async () => (await client.query<{ rows: number }>(waiting)).rows, { timeout: 10_000 })
    .toEqual([{ rows: 1 }])
  await client.query(`insert into session select 'late', 'late', null, null, user_id, client_id, sign_in_id,
    opened_at, expires_at, null, ip, device from session`)
  await client.query('update sign_in set completed_at = 1 where completed_at is null')
  await client.query('commit')

  expect(await restored).toMatchObject({ code: 0 })
  const { rows } = await sql<{ live: number }>`
    select count(*) as live from session where ended_at is null
  `.execute(server.deployment.db)
  expect(rows).toEqual([{ live: 0 }])
}, 60_000)

test('an empty database is refused and stays empty, and a wrong key ends nothing', async (t) => {
  const empty = await makeData(t)
  const refused = await restore(t, empty)
  expect([refused.code, refused.stderr]).toEqual([
    1,
    'ligature: this database is empty: put the data in place first\n',
  ])
  const client = new pg.Client({ connectionString: String(empty.settings.database) })
  await client.connect()
  const tables = await client.query(`select tablename from pg_tables where schemaname = 'public'`)
  await client.end()
  expect(tables.rows).toEqual([])

  const data = await makeData(t)
  const server = await startServer(t, { data })
  const signIn = await server.miniProgram().openSignIn('alice')
  const environment = {
    ...data.process.environment,
    LIGATURE_MASTER_KEY: Buffer.alloc(32, 9).toString('base64'),
  }
  const wrong = await runLigature(t, ['restore', '--in-place'], { environment })
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('wrong master key')])
  expect(await signIn.look()).toMatchObject({ outcome: 'SOCIAL_BIND' })
}, 60_000)
