import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { expect, test, type TestContext } from 'vitest'
import { newDirectory } from '../testing/data-directory.ts'
import { openPeople } from '../testing/people.ts'
import { prepareProduction, type Production } from '../testing/production.ts'
import { chosenSeed, seededRandom } from '../testing/seeded-random.ts'
import { spawnLigature, type ServerProcess, startProcess } from '../testing/server-process.ts'
import { slowness } from '../testing/slowness.ts'

const KILLS = Number(process.env['LIGATURE_TEST_KILLS'] ?? '12')
const SECOND_MS = 1000
const AGAIN_WITHIN_MS = 2 * SECOND_MS * slowness

test(
  `killed ${KILLS} times at any moment, the server has kept all that it acknowledged`,
  async (t) => {
    const seed = chosenSeed()
    const random = seededRandom(seed)
    const mobiles = Array.from({ length: 200 }, (_, index) => String(15_000_000_000 + index * 1_234_567))
    const production = await prepareProduction(t, mobiles)
    const known = mobiles.map((mobile, index) => [mobile, production.userIds[index] ?? ''] as const)
    const people = openPeople(production, random, known)
    let server = await startProcess(t, production.args, production.options)
    const keys = await keysOf(server)
    const waits: number[] = []

    for (let kill = 1; kill <= KILLS; kill++) {
      const used = people.use(server.url)
      await Promise.race([used, people.answered(random.below(60))])
      await delay(random.below(10))
      await server.kill('SIGKILL')
      await used
      if (random.below(3) === 0) await killWhileItStarts(t, production, random.below(400))
      const startedAt = performance.now()
      server = await startProcess(t, production.args, production.options)
      expect(await keysOf(server)).toEqual(keys)
      waits.push(performance.now() - startedAt)
      await people.goOn(server.url)
    }
    await people.checkAll(server.url)
    const exit = await server.kill('SIGTERM')

    const { bound, sessions, ended, idTokens, endings } = people.promised
    const medianMs = waits.toSorted((one, other) => one - other)[KILLS >> 1] ?? 0
    const slowestMs = Math.max(...waits)
    process.stdout.write(
      `seed ${seed}, ${KILLS} kills: ${bound.length} bound, ${sessions.length} sessions, ${ended.length} ended; ` +
        `of the binds under way ${endings.whole} whole, ${endings.notAtAll} not at all; ` +
        `first answer after ${medianMs.toFixed()} ms, at most ${slowestMs.toFixed()} ms\n`,
    )
    expect({ seed, complaints: people.complaints }).toEqual({ seed, complaints: [] })
    expect(exit).toEqual({ code: 0, signal: null })
    expect(bound.length).toBeGreaterThan(KILLS / 2)
    expect(medianMs).toBeLessThan(AGAIN_WITHIN_MS)
    for (const idToken of idTokens) await jwtVerify(idToken, createLocalJWKSet(keys))
    expect(faultsIn(production)).toEqual({})
  },
  30_000 + KILLS * 3000,
)

async function killWhileItStarts(
  t: TestContext,
  { args, options }: Production,
  afterMs: number,
): Promise<void> {
  const starting = spawnLigature(t, [...args, '--port', '0'], options)
  await delay(afterMs)
  await starting.kill('SIGKILL')
}

test('a first start that is killed at any moment leaves nothing that the next one trips over', async (t) => {
  const seed = chosenSeed()
  const random = seededRandom(seed)
  process.stdout.write(`seed ${seed}\n`)
  const tries = Array.from({ length: Math.ceil(KILLS / 2) }, () => [random.below(60), random.below(160)])

  // Two at a time are as fast as the machine is.
  await Promise.all([0, 1].map((half) => tryHalf(tries.filter((_, index) => index % 2 === half))))

  async function tryHalf(own: readonly (readonly number[])[]): Promise<void> {
    for (const delays of own) {
      const data = join(newDirectory(t), 'data')
      const args = ['start', '--log', 'silent', '--data', data]
      for (const afterMs of delays) await killOnceThereIs(t, data, args, afterMs)
      const server = await startProcess(t, args)
      expect((await keysOf(server)).keys).toHaveLength(1)
      expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null })
      expect(readdirSync(data).toSorted()).toEqual(['ligature.db', 'master.key'])
    }
  }
}, 60_000)

/** Before the data directory is there a kill leaves nothing. */
async function killOnceThereIs(
  t: TestContext,
  data: string,
  args: readonly string[],
  afterMs: number,
): Promise<void> {
  const starting = spawnLigature(t, [...args, '--port', '0'])
  while (!existsSync(data)) await delay(1)
  await delay(afterMs)
  await starting.kill('SIGKILL')
}

async function keysOf(server: ServerProcess): Promise<JSONWebKeySet> {
  const response = await fetch(`${server.url}/api/v1/oauth2/keys`)
  return (await response.json()) as JSONWebKeySet
}

/** What can be half done in the store, each with the number of rows where it is. */
function faultsIn({ data }: Production): Record<string, number> {
  const database = new DatabaseSync(join(data.settings.dataDirectory, 'ligature.db'), { readOnly: true })
  const queries = {
    'the file is damaged': `select * from pragma_integrity_check where integrity_check <> 'ok'`,
    'a row hangs on one that is not there': 'select * from pragma_foreign_key_check',
    'two users verified one address': `select address_index from user_address where verified_at is not null
      group by address_index having count(*) > 1`,
    'an address without its user, or a user without address': `select id from user
      where id not in (select user_id from user_address)`,
    'somebody was registered and not bound': `select user_id from audit_event where kind = 'user_registered'
      and user_id not in (select user_id from identity)`,
    'somebody was bound, and it was not recorded': `select user_id from identity
      where user_id not in (select user_id from audit_event where kind = 'identity_bound')`,
    'a sign-in was completed without a session': `select id from sign_in where completed_at is not null
      and id not in (select sign_in_id from session)`,
    'a sign-in has a session and is open': `select sign_in.id from sign_in join session
      on session.sign_in_id = sign_in.id where sign_in.completed_at is null`,
    'a session was opened, and it was not recorded': `select id from session
      where id not in (select session_id from audit_event where kind = 'session_opened')`,
  }
  const counts = Object.entries(queries).map(
    ([fault, query]) => [fault, database.prepare(query).all().length] as const,
  )
  database.close()
  return Object.fromEntries(counts.filter(([, count]) => count > 0))
}
