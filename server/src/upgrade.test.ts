import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test, type TestContext } from 'vitest'
import { z } from 'zod'
import { migrations } from '../migrations/index.ts'
import { openDeployment } from './deployment.ts'
import { systemClock } from './platform/clock.ts'
import { type EarlierData, earlierSchemas, makeEarlierData } from './testing/earlier-schema.ts'
import { isLongRun } from './testing/how-long.ts'
import { runLigature, startProcess } from './testing/server-process.ts'
import { BIND_CLIENT_ID, startServer, type TestServer } from './testing/server.ts'
import { standingClock } from './testing/test-clock.ts'
import type { TestData } from './testing/test-data.ts'

const KILLED_AT_STATEMENT = join(import.meta.dirname, 'testing/killed-at-statement.ts')
/** Each is a process, and another one that finishes what it left. */
const KILLS_OF_A_SAMPLE = 8
/** What comes first of an older schema's changes, the tests of its own time have tried. */
const KILLS_OF_AN_OLD_ONE = 3
const CODE_INCORRECT = 'IDAAS.SDK.CAPTCHA.0007'
const STATE_TOKEN_REFUSED = 'IDAAS.SDK.COMMON.1007'
const SESSION_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0023'

test.for(earlierSchemas)('what lived before an upgrade lives after it, from %s', async (schema, t) => {
  const { data, earlier } = await makeEarlierData(t, schema)
  const server = await startAt(t, data, earlier)
  const program = server.miniProgram()
  const { liveSession, openSignIn } = earlier.things

  const refreshed = await program.call('sso/session-token/id-token', {
    headers: { 'session-token': liveSession.token },
  })
  expect(refreshed.body['session_token']).toBe(liveSession.token)
  expect(userIdIn(String(refreshed.body['id_token']))).toBe(userIdIn(liveSession.idToken))

  expect(await program.login('alice')).toMatchObject({ outcome: 'SUCCESS' })
  expect(await bind(server, openSignIn)).toMatchObject({ outcome: 'SUCCESS' })
  expect(await program.login('erin')).toMatchObject({ outcome: 'SUCCESS' })

  const keys = await (await fetch(`${server.url}/api/v1/oauth2/keys`)).text()
  expect(keys).toContain(kidIn(liveSession.idToken))
})

test.for(earlierSchemas)(
  'a session that was opened before an upgrade ends with its account, from %s',
  async (schema, t) => {
    const { data, earlier } = await makeEarlierData(t, schema)
    const server = await startAt(t, data, earlier)
    const program = server.miniProgram()
    const refresh = () =>
      program.call('sso/session-token/id-token', {
        headers: { 'session-token': earlier.things.liveSession.token },
      })
    const signedIn = { Authorization: `Bearer ${String((await refresh()).body['id_token'])}` }
    const { social } = links.parse((await program.call('social', { method: 'GET', headers: signedIn })).body)

    for (const { id } of social) {
      const body = { id }
      expect(await program.call('social/unbind-account', { headers: signedIn, body })).toMatchObject({
        httpStatus: 200,
      })
    }
    expect(await refresh()).toMatchObject({ outcome: SESSION_TOKEN_REFUSED })
  },
)

test.for(earlierSchemas)('what was dead before an upgrade stays dead, from %s', async (schema, t) => {
  const { data, earlier } = await makeEarlierData(t, schema)
  const server = await startAt(t, data, earlier)
  const program = server.miniProgram()
  const { endedSession, usedCode, burntCode } = earlier.things

  const refreshed = await program.call('sso/session-token/id-token', {
    headers: { 'session-token': endedSession.token },
  })
  expect(refreshed).toMatchObject({ outcome: SESSION_TOKEN_REFUSED })
  expect(await bind(server, usedCode)).toMatchObject({ outcome: STATE_TOKEN_REFUSED })
  expect(await bind(server, burntCode)).toMatchObject({ outcome: CODE_INCORRECT })
  const again = await program.openSignIn('somebody')
  expect(await again.bind(String(usedCode.mobile), usedCode.code)).toMatchObject({ outcome: CODE_INCORRECT })
})

test.for(earlierSchemas)(
  'of four instances that start at once, one changes the tables, from %s',
  async (schema, t) => {
    const { data } = await makeEarlierData(t, schema)
    const dev = ['dev', '--log', 'silent']
    const servers = await Promise.all([1, 2, 3, 4].map(() => startProcess(t, dev, data.process)))

    for (const { url } of servers) expect((await fetch(`${url}/ready`)).status).toBe(200)
    const { db, close } = await openDeployment(data.settings, 'development', systemClock.now())
    expect(await db.selectFrom('signing_key').select('kid').execute()).toHaveLength(3)
    expect(await db.selectFrom('data_key').select('number').execute()).toHaveLength(1)
    await close()
    for (const server of servers) expect(await server.kill('SIGTERM')).toMatchObject({ code: 0 })
  },
)

test.for(earlierSchemas)(
  'an upgrade that is killed at any statement is finished by the next start, from %s',
  { timeout: 180_000 },
  async (schema, t) => {
    const whole = await makeEarlierData(t, schema)
    const statements = countIn(await changeTables(t, whole.data, 0))
    const kills = schema === earlierSchemas.at(-1) ? KILLS_OF_A_SAMPLE : KILLS_OF_AN_OLD_ONE
    const step = isLongRun ? 1 : Math.ceil(statements / kills)
    for (let statement = 1; statement <= statements; statement += step) {
      const { data } = await makeEarlierData(t, schema)
      expect(await changeTables(t, data, statement)).toMatchObject({ signal: 'SIGKILL' })
      expect((await changeTables(t, data, 0)).stderr).toContain('there is no user')
      expect(await changesMade(data)).toEqual(Object.keys(migrations))
    }
  },
)

test.for(earlierSchemas)(
  'a newer version’s tables are refused, and left as they are, from %s',
  async (schema, t) => {
    const { data } = await makeEarlierData(t, schema)
    const opened = await openDeployment(data.settings, 'development', systemClock.now())
    await sql`insert into kysely_migration values ('9999-from-the-future', '2999-01-01T00:00:00.000Z')`.execute(
      opened.db,
    )
    await opened.close()

    const exit = await runLigature(t, ['dev', '--port', '0'], data.process)

    expect(exit.code).toBe(1)
    expect(exit.stderr).toContain('newer version')
  },
)

/** Runs a command that opens the data, and so brings its tables up to date. */
function changeTables(t: TestContext, data: TestData, killedAtStatement: number) {
  const environment = {
    ...data.process.environment,
    LIGATURE_TEST_KILLED_AT_STATEMENT: String(killedAtStatement),
  }
  return runLigature(t, ['users', 'show', 'nobody'], { environment, preload: KILLED_AT_STATEMENT })
}

/** @returns the names of the changes that the tables have been through */
async function changesMade(data: TestData): Promise<string[]> {
  const { db, close } = await openDeployment(data.settings, 'development', systemClock.now())
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
  await close()
  return rows.map(({ name }) => name)
}

function countIn({ stderr }: { readonly stderr: string }): number {
  return Number(/^statements (\d+)$/m.exec(stderr)?.[1])
}

function startAt(t: TestContext, data: TestData, earlier: EarlierData): Promise<TestServer> {
  return startServer(t, {
    data,
    clock: standingClock(earlier.madeAt + 1000),
    server: { publicUrl: () => 'https://id.example.com' },
  })
}

function bind(server: TestServer, proof: EarlierData['things']['openSignIn']) {
  const { stateToken, code, ...address } = proof
  return server.miniProgram({ clientId: BIND_CLIENT_ID }).call('social/bind', {
    headers: { 'X-state-token': stateToken },
    body: { ...address, verify_code: code },
  })
}

const links = z.object({ social: z.array(z.object({ id: z.string() })) })
const claims = z.record(z.string(), z.unknown())

function claimsIn(idToken: string, part: 0 | 1): Readonly<Record<string, unknown>> {
  return claims.parse(JSON.parse(Buffer.from(idToken.split('.')[part] ?? '', 'base64url').toString()))
}

const userIdIn = (idToken: string) => claimsIn(idToken, 1)['id']
const kidIn = (idToken: string) => String(claimsIn(idToken, 0)['kid'])
