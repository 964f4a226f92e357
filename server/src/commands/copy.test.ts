import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, type TestContext } from 'vitest'
import { importUsers } from '../app.ts'
import { openExistingDeployment } from '../deployment.ts'
import { demoApplications, demoConnections } from '../development/index.ts'
import { systemClock } from '../platform/clock.ts'
import type { Db } from '../platform/db/index.ts'
import { contentsOf } from '../testing/contents.ts'
import { copy, emptyTarget, makeLarge, statementsOf } from '../testing/copying.ts'
import { newDirectory } from '../testing/data-directory.ts'
import {
  ALL_DEAD,
  bindPerson,
  holdProofs,
  presentProofs,
  programAt,
  userIdIn,
} from '../testing/held-proofs.ts'
import { isLongRun } from '../testing/how-long.ts'
import { HASH_OF_GOOD } from '../testing/passwords.ts'
import { type Postgres, startPostgres } from '../testing/postgres.ts'
import { prepareProduction, type Production } from '../testing/production.ts'
import { chosenSeed, seededRandom } from '../testing/seeded-random.ts'
import { runLigature, spawnLigature, startProcess } from '../testing/server-process.ts'
import { traces } from '../testing/traces.ts'

const MOBILES = ['13912345678', '13712345678', '18612345678', '15012345678', '15112345678']
const EMAILS = ['li.wei@mail.example.com', 'wang.fang@mail.example.com']
/** As the production of the tests has it. */
const GATEWAY_SECRET = `whsec_${Buffer.alloc(32, 5).toString('base64')}`
const SEALED = /^\d+\.[A-Za-z0-9_-]{38,}$/

let postgres: Postgres
beforeAll(async () => {
  postgres = await startPostgres({ isDurable: false })
}, 60_000)
afterAll(() => postgres.remove())

/** A row in every table, beside what people do; nothing but the commands and the server has written the rest. */
async function addEverything(dataDirectory: string): Promise<void> {
  const { db, vault, close } = await openExistingDeployment({ dataDirectory, masterKey: undefined }, 0)
  const known = await db.selectFrom('user_address').select('address_index').executeTakeFirstOrThrow()
  const { id: userId } = await db.selectFrom('user').select('id').executeTakeFirstOrThrow()
  // Of somebody who does not sign in here: he would be asked for them.
  const { id: carefulId } = await db
    .selectFrom('user')
    .select('id')
    .where('user_name', '=', 'wang')
    .executeTakeFirstOrThrow()
  const [connection] = await db.selectFrom('connection').select('id').execute()
  const attempt = (id: string, index: string) => sql`
    insert into message_attempt (id, message_id, client_id, at, gateway, channel, purpose, address_index, address_masked, result)
    values (${id}, 'M', 'C', 1, 'G', 'sms', 'BIND', ${index}, '139****5678', 'sent')`
  const statements = [
    sql`insert into access_token (connection_id, token_sealed, expires_at, fetching_until)
      values (${connection?.id}, ${vault.seal('access_token', 'T')}, 9, 9)`,
    sql`insert into unbound_identity (connection_id, subject, unbound_at) values (${connection?.id}, 'o-gone', 5)`,
    sql`insert into test_address (address_index, address_masked, code_sealed)
      values ('I', '139****0000', ${vault.seal('test_address I', '123456')})`,
    sql`insert into password_history (id, user_id, hash_sealed, replaced_at)
      values ('older', ${userId}, ${vault.seal('password_history older', 'H')}, 1)`,
    sql`insert into totp (user_id, secret_sealed, set_at, confirmed_at, last_step, version)
      values (${carefulId}, ${vault.seal(`totp ${carefulId}`, 'S')}, 1, 2, 3, 'V')`,
    sql`insert into recovery_code (id, user_id, hash_sealed, created_at)
      values ('rescue', ${carefulId}, ${vault.seal('recovery_code rescue', 'R')}, 1)`,
    sql`insert into passkey (id, user_id, credential_id, public_key, name_sealed, sign_count, backed_up, device_type,
      transports, created_at)
      values ('key', ${carefulId}, 'of-a-phone', 'P', ${vault.seal('passkey key', 'N')}, 1, 0, 'singleDevice', '[]', 1)`,
    sql`insert into user_group (user_id, name) values (${userId}, 'staff')`,
    sql`insert into user_visit (user_id, country, last_at) values (${userId}, 'CN', 1)`,
    attempt('known', known.address_index),
    attempt('unknown', 'of-nobody'),
    sql`insert into audit_event (id, at, kind, address_index, address_masked)
      values ('of-a-stranger', 1, 'code_refused', 'of-nobody', '139****0000')`,
    sql`insert into audit_event (id, at, kind, address_index) values ('of-somebody', 2, 'code_refused', ${known.address_index})`,
  ]
  for (const statement of statements) await statement.execute(db)
  await close()
}

async function* linesOf(): AsyncGenerator<string> {
  yield JSON.stringify({
    user_name: 'li',
    mobile: { value: MOBILES[3], verified: true },
    email: { value: EMAILS[0], verified: true },
    password: { hash: HASH_OF_GOOD },
  })
  yield JSON.stringify({ user_name: 'wang', email: EMAILS[1] })
}

/** A deployment that was in use, with a row in every table, and what people held. */
async function makeUsed(t: TestContext): Promise<{
  readonly production: Production & { readonly userIds: readonly string[] }
  readonly held: Awaited<ReturnType<typeof holdProofs>>
}> {
  const production = await prepareProduction(t, MOBILES.slice(0, 3))
  const { dataDirectory } = production.data.settings
  const { db, vault, close } = await openExistingDeployment({ dataDirectory, masterKey: undefined }, 0)
  await importUsers({ db, vault }, linesOf(), systemClock.now())
  await close()
  const server = await startProcess(t, production.args, production.options)
  const [one = '', two = '', three = ''] = MOBILES
  const held = await holdProofs(server.url, production, ['alice', 'bob'], [one, two, three])
  expect((await server.kill('SIGTERM')).code).toBe(0)
  await addEverything(dataDirectory)
  return { production, held }
}

async function valuesIn(db: Db, table: string): Promise<string[]> {
  const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(table)}`.execute(db)
  return rows.flatMap((row) => Object.values(row)).filter((value) => typeof value === 'string')
}

test('everything that lasts is at the target, under its own key; what people held is dead there', async (t) => {
  const { production, held } = await makeUsed(t)
  const target = await emptyTarget(t, postgres.url)
  const { dataDirectory } = production.data.settings

  const { code, stdout, stderr } = await copy(t, dataDirectory, target)

  expect(stderr).toMatch(/^statements \d+\n$/)
  expect(code).toBe(0)
  const told = (pattern: RegExp): Record<string, number> =>
    Object.fromEntries(
      [...stdout.matchAll(pattern)].map(([, table = '', rows]) => [table, Number(rows)] as const),
    )
  const source = await openExistingDeployment({ dataDirectory, masterKey: undefined }, 0)
  const there = await openExistingDeployment(target.settings, 0)
  t.onTestFinished(async () => {
    await source.close()
    await there.close()
  })
  const [mine, theirs] = [await contentsOf(source.db), await contentsOf(there.db)]
  const copied = told(/^copied (\w+): (\d+) rows, checksum [0-9a-f]{64}$/gm)
  expect(Object.keys(copied).length).toBeGreaterThan(10)
  for (const [table, rows] of Object.entries(copied)) {
    expect([table, mine[table]]).not.toEqual([table, []])
    const events = (theirs[table] ?? []).filter((row) => !row.includes('"copied"'))
    expect([table, (mine[table] ?? []).length]).toEqual([table, events.length])
    // A guess is left out of the contents.
    expect(rows).toBeGreaterThanOrEqual(events.length)
  }
  expect(told(/^left behind (\w+): (\d+) rows$/gm)).toMatchObject({
    sign_in: 2,
    session: 1,
    verification: 3,
    access_token: 1,
    test_address: 1,
  })
  for (const table of ['sign_in', 'session', 'verification', 'access_token', 'test_address', 'budget']) {
    expect([table, theirs[table] ?? []]).toEqual([table, []])
  }

  const sealed: string[] = []
  const indices = new Set<string>(['of-nobody'])
  for (const table of Object.keys(mine)) {
    sealed.push(...(await valuesIn(source.db, table)).filter((value) => SEALED.test(value)))
  }
  const addresses = await source.db.selectFrom('user_address').select('address_index').execute()
  for (const { address_index: index } of addresses) indices.add(index)
  expect(sealed.length).toBeGreaterThan(8)
  for (const table of Object.keys(theirs)) {
    const values = await valuesIn(there.db, table)
    expect(values.filter((value) => sealed.includes(value) || indices.has(value))).toEqual([])
  }
  const secrets = [...MOBILES, ...EMAILS, GATEWAY_SECRET, held.codes.own].map((value) => ({
    name: value,
    value,
  }))
  const dump = JSON.stringify(theirs).replace(/\d{17}-[0-9A-F]{4}-[0-9A-F]{9}|17\d{11}/g, ' ')
  expect(traces(dump, secrets)).toEqual([])
  const { rows } = await sql<{ secrets_sealed: string }>`select secrets_sealed from gateway`.execute(there.db)
  expect(there.vault.open('gateway bridge', rows[0]?.secrets_sealed ?? '')).toContain(GATEWAY_SECRET)
  const indexOf = async (table: string, id: string) =>
    (
      await sql<{
        index: unknown
      }>`select address_index as index from ${sql.table(table)} where id = ${id}`.execute(there.db)
    ).rows[0]?.index
  const known = await indexOf('message_attempt', 'known')
  const now = await there.db.selectFrom('user_address').select('address_index').execute()
  expect(now.map((row) => row.address_index)).toContain(known)
  expect(await indexOf('audit_event', 'of-somebody')).toBe(known)
  expect([
    await indexOf('message_attempt', 'unknown'),
    await indexOf('audit_event', 'of-a-stranger'),
  ]).toEqual(['', null])

  const sourceKey = readFileSync(join(dataDirectory, 'master.key'), 'utf8').trim()
  const environment = { ...target.process.environment, LIGATURE_MASTER_KEY: sourceKey }
  const withOldKey = await runLigature(t, ['users', 'show', 'li'], { environment })
  expect([withOldKey.code, withOldKey.stderr]).toEqual([1, expect.stringContaining('wrong master key')])

  const server = await startProcess(
    t,
    ['start', '--log', 'silent', '--public-url', 'https://login.example.com'],
    {
      environment: { ...production.options.environment, ...target.process.environment },
    },
  )
  expect(await presentProofs(server.url, held, 'frank')).toEqual(ALL_DEAD)
  const again = await programAt(server.url).login('alice')
  expect([again.outcome, userIdIn(again)]).toEqual(['SUCCESS', production.userIds[0]])
  const bound = await bindPerson(server.url, production, 'somebody', MOBILES[3] ?? '')
  expect(bound).toMatchObject({ outcome: 'SUCCESS' })
  const shown = await runLigature(t, ['users', 'show', EMAILS[0] ?? ''], target.process)
  expect(JSON.parse(shown.stdout)).toMatchObject({ id: userIdIn(bound) })
  const taken = await runLigature(t, ['users', 'import', '-'], {
    ...target.process,
    input: JSON.stringify({ user_name: 'thief', mobile: { value: MOBILES[3], verified: true } }),
  })
  expect(taken).toMatchObject({ code: 1 })
  expect((await server.kill('SIGTERM')).code).toBe(0)
}, 60_000)

test('killed at any statement a copy goes on where it was; until it is finished nothing is served', async (t) => {
  const from = await makeLarge(t, 600)
  const whole = await copy(t, from, await emptyTarget(t, postgres.url))
  expect(whole).toMatchObject({ code: 0 })
  const statements = statementsOf(whole)
  expect(statements).toBeGreaterThan(60)
  const found = { refused: 0, empty: 0 }

  const rounds = isLongRun ? statements : 4
  for (let round = 0; round < rounds; round++) {
    const target = await emptyTarget(t, postgres.url)
    const killedAtStatement = Math.ceil(((round + 1) * statements) / rounds) - 1
    expect(await copy(t, from, target, { killedAtStatement })).toMatchObject({ signal: 'SIGKILL' })
    const show = await runLigature(t, ['users', 'show', '13800000007'], target.process)
    expect(show.code).toBe(1)
    if (show.stderr.includes('a copy into this database is not finished: run `ligature copy` again'))
      found.refused += 1
    else found.empty += 1
    const again = await copy(t, from, target)
    expect(again).toMatchObject({ code: 0 })
    const sums = (stdout: string) => stdout.split('\n').filter((line) => line.startsWith('copied '))
    expect(sums(again.stdout)).toEqual(sums(whole.stdout))
    expect(await runLigature(t, ['users', 'show', '13800000007'], target.process)).toMatchObject({ code: 0 })
  }
  expect(found.refused).toBeGreaterThan(0)
}, 180_000)

test('killed at any moment, again and again, a copy comes to its end', async (t) => {
  const from = await makeLarge(t, 600)
  const target = await emptyTarget(t, postgres.url)
  const seed = chosenSeed()
  process.stdout.write(`seed ${seed}\n`)
  const random = seededRandom(seed)
  for (let round = 0; round < (isLongRun ? 30 : 3); round++) {
    const running = spawnLigature(t, ['copy', '--from', from], target.process)
    const timer = setTimeout(() => void running.kill('SIGKILL'), 200 + random.below(900))
    await running.exit
    clearTimeout(timer)
  }
  const last = await copy(t, from, target)
  expect(last.code === 0 || last.stderr.includes('the target is not empty')).toBe(true)
  expect(await runLigature(t, ['users', 'show', 'user-599'], target.process)).toMatchObject({ code: 0 })
}, 120_000)

test('of development only what its developer configured goes along, and that is said', async (t) => {
  const from = newDirectory(t)
  const server = await startProcess(t, ['dev', '--log', 'silent', '--data', from])
  const signIn = await programAt(server.url).openSignIn('alice')
  await signIn.send('11012345678')
  expect(await signIn.bind('11012345678', '232326')).toMatchObject({ outcome: 'SUCCESS' })
  expect((await server.kill('SIGTERM')).code).toBe(0)
  const own = await openExistingDeployment({ dataDirectory: from, masterKey: undefined }, 0)
  await sql`insert into application select 'mine00000000000000000000000000001', name_zh, name_en, id_token_algorithm,
    id_token_subject, id_token_seconds, session_seconds, renews_session, origins, created_at, disabled_at, access_rules
    from application limit 1`.execute(own.db)
  await sql`insert into policy (name, value) values ('area_codes', '{}')`.execute(own.db)
  await own.close()
  const target = await emptyTarget(t, postgres.url)

  const { code, stdout } = await copy(t, from, target)

  expect(code).toBe(0)
  expect(stdout).toContain('copied application: 1 rows')
  expect(stdout).toContain('copied policy: 1 rows')
  expect(stdout).toContain('copied user: 0 rows')
  expect(stdout).toContain(`left behind application: ${demoApplications.length} rows`)
  expect(stdout).toContain(`left behind connection: ${demoConnections.length} rows`)
  expect(stdout).toContain('left behind user: 1 rows')
  expect(stdout).toContain('left behind test_address: 2 rows')
  expect(stdout).toContain('The source is for development: only what was configured was copied')
  const there = await openExistingDeployment(target.settings, 0)
  const contents = await contentsOf(there.db)
  await there.close()
  expect([contents['user'], contents['identity'], contents['connection'], contents['test_address']]).toEqual([
    [],
    [],
    [],
    [],
  ])
  expect(JSON.stringify(contents['application'])).toContain('mine00000000000000000000000000001')
  const started = await startProcess(t, ['start', '--log', 'silent'], target.process)
  expect((await fetch(`${started.url}/ready`)).status).toBe(200)
}, 60_000)
