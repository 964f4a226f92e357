import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { sql } from 'kysely'
import { describe, expect, test, vi } from 'vitest'
import { sweep } from '../../housekeeping.ts'
import { migrations } from '../../../migrations/index.ts'
import { locationOf, openDeployment } from '../../deployment.ts'
import { openDatabase } from '../../platform/db/index.ts'
import { newDirectory } from '../../testing/data-directory.ts'
import { isLongRun } from '../../testing/how-long.ts'
import { runLigature, spawnLigature, startProcess } from '../../testing/server-process.ts'
import { startServer } from '../../testing/server.ts'
import { standingClock } from '../../testing/test-clock.ts'
import type { TestData } from '../../testing/test-data.ts'
import {
  CHANGE_MASTER_KEY,
  changeMasterKey,
  makeUsedData,
  NEW_KEY,
  signIn,
  withMasterKey,
} from '../../testing/used-data.ts'

// Processes are started one after the other, and some wait for seconds whether another one lives.
vi.setConfig({ testTimeout: 120_000 })

const KILLED_AT_STATEMENT = join(import.meta.dirname, '../../testing/killed-at-statement.ts')
const HALF_CHANGED = 'a change of the master key is not finished. Run `ligature keys change-master-key` again'
/** More than are written at once. */
const PEOPLE = 520

/** Everything in the database that an address is found by. */
async function indicesIn(data: TestData): Promise<string[]> {
  const deployment = await openDeployment(data.settings, 'development', 0)
  const { db } = deployment
  const tables = ['user_address', 'test_address', 'verification', 'audit_event', 'message_attempt']
  const lists = await Promise.all(
    tables.map(async (table) => {
      const { rows } = await sql<{ address_index: string | null }>`
        select address_index from ${sql.table(table)}`.execute(db)
      return rows.flatMap(({ address_index: index }) => (index === null || index === '' ? [] : [index]))
    }),
  )
  const budgets = await db.selectFrom('budget').select('key').execute()
  await deployment.close()
  return [...lists.flat(), ...budgets.map(({ key }) => key)]
}

test('after a change everybody is found, each address stays unique, and the old key opens nothing', async (t) => {
  const data = await makeUsedData(t, PEOPLE)
  const before = await indicesIn(data)

  const { code, stdout } = await changeMasterKey(t, data)
  expect(stdout).toContain(`user_address.address_index: ${PEOPLE + 3} rows, 0 of them removed, 0 unreadable`)
  expect(stdout).toContain('test_address.address_index: 2 rows, 0 of them removed')
  expect(stdout).toContain('done: set LIGATURE_MASTER_KEY to the new key, and unset LIGATURE_NEW_MASTER_KEY')
  expect(code).toBe(0)
  const changed = withMasterKey(data, NEW_KEY)
  expect((await indicesIn(changed)).filter((index) => before.includes(index))).toEqual([])

  const server = await startServer(t, { data: changed })
  expect(await server.miniProgram().login('alice')).toMatchObject({ outcome: 'SUCCESS' })
  expect(await signIn(server, 'bob', '13800000000')).toMatchObject({ outcome: 'SUCCESS' })
  expect(await signIn(server, 'carol', '11012345678', '232326')).toMatchObject({ outcome: 'SUCCESS' })
  expect(await signIn(server, 'erin', '13900000000')).toMatchObject({ outcome: 'IDAAS.SDK.LOGIN.9005' })
  await expect(server.addUser({ mobile: '13800000001' })).rejects.toThrow('address verified by another user')
  await server.stop()

  const old = await runLigature(t, ['dev', '--port', '0'], data.process)
  expect(old).toMatchObject({ code: 1 })
  expect(old.stderr).toContain('wrong master key: LIGATURE_MASTER_KEY holds another key')
  expect((await changeMasterKey(t, data)).stdout).toContain('done: set LIGATURE_MASTER_KEY to the new key')
})

/** Each waits for seconds whether another process lives; so they wait at the same time. */
describe('with another process on the list', { concurrent: true }, () => {
  test('it refuses while a server runs, and begins nothing', async (t) => {
    const data = await makeUsedData(t)
    const server = await startProcess(t, ['dev', '--log', 'silent'], data.process)

    const { code, stderr } = await changeMasterKey(t, data)

    expect(stderr).toContain('this database is in use (dev). Stop every instance first')
    expect(code).toBe(1)
    expect((await fetch(`${server.url}/ready`)).status).toBe(200)
    expect(await server.kill('SIGTERM')).toMatchObject({ code: 0 })
    expect(await changeMasterKey(t, data)).toMatchObject({ code: 0 })
  })

  test('it refuses while a command is at work, however long that takes', async (t) => {
    const data = await makeUsedData(t)
    const endless = join(newDirectory(t), 'users.jsonl')
    spawnSync('mkfifo', [endless])
    const importing = spawnLigature(t, ['users', 'import', endless], data.process)
    const { db, close } = await openDatabase(locationOf(data.settings), migrations)
    const isAtWork = async () => (await db.selectFrom('running_process').select('name').execute()).length > 0
    await expect.poll(isAtWork, { timeout: 20_000 }).toBe(true)
    await close()

    const { code, stderr } = await changeMasterKey(t, data)

    expect(stderr).toContain('this database is in use (a command)')
    expect(code).toBe(1)
    await importing.kill('SIGKILL')
  })

  test('what a killed server left on the list does not stand in the way', async (t) => {
    const data = await makeUsedData(t)
    const server = await startProcess(t, ['dev', '--log', 'silent'], data.process)
    await server.kill('SIGKILL')

    expect(await changeMasterKey(t, data)).toMatchObject({ code: 0 })
  })

  test('a server that was stopped while the key changed ends when it goes on', async (t) => {
    const data = await makeUsedData(t)
    const server = await startProcess(t, ['dev', '--log', 'json'], data.process)
    process.kill(server.pid, 'SIGSTOP')
    expect(await changeMasterKey(t, data)).toMatchObject({ code: 0 })
    process.kill(server.pid, 'SIGCONT')

    expect(await server.exit).toEqual({ code: 1, signal: null })
    expect(server.stderr()).toContain('the master key was changed while this server was stopped')
  })

  test('killed at any statement, it is finished by the next run; until then nothing else starts', async (t) => {
    const whole = await makeUsedData(t)
    const kill = (data: TestData, statement: number) =>
      changeMasterKey(t, data, { LIGATURE_TEST_KILLED_AT_STATEMENT: String(statement) }, KILLED_AT_STATEMENT)
    const statements = Number(/^statements (\d+)$/m.exec((await kill(whole, 0)).stderr)?.[1])
    expect(statements).toBeGreaterThan(20)
    const step = isLongRun ? 1 : Math.ceil(statements / 8)
    const rounds = Array.from(
      { length: Math.ceil(statements / step) },
      (_, index) => statements - index * step,
    )
    const found = { refused: 0, free: 0 }

    const tryOut = async (own: readonly number[]): Promise<void> => {
      for (const statement of own) {
        const data = await makeUsedData(t)
        expect(await kill(data, statement)).toMatchObject({ signal: 'SIGKILL' })
        const start = await runLigature(t, ['users', 'show', 'zhangsan'], data.process)
        if (start.code === 0) found.free += 1
        else {
          found.refused += 1
          expect(start.stderr).toMatch(
            /not finished\. Run `ligature keys change-master-key` again|wrong master key/,
          )
        }
        expect(await changeMasterKey(t, data)).toMatchObject({ code: 0 })
        const shown = await runLigature(
          t,
          ['users', 'show', '13800000000'],
          withMasterKey(data, NEW_KEY).process,
        )
        expect(shown).toMatchObject({ code: 0 })
        expect(shown.stdout).toContain('+86-13800000000')
      }
    }
    // They mostly wait, so four at a time.
    const quarter = (which: number) => rounds.filter((_, index) => index % 4 === which)
    await Promise.all([0, 1, 2, 3].map((which) => tryOut(quarter(which))))
    expect(found.refused).toBeGreaterThan(0)
    expect(found.free).toBeGreaterThan(0)
  })
})

test('a change that is not finished goes on to its own key only', async (t) => {
  const data = await makeUsedData(t)
  const deployment = await openDeployment(data.settings, 'development', 0)
  await sql`update data_key set wrapped_next = wrapped`.execute(deployment.db)
  await deployment.close()

  for (const command of [
    ['dev', '--port', '0'],
    ['users', 'show', 'zhangsan'],
    ['keys', 'rotate'],
  ]) {
    const refused = await runLigature(t, command, data.process)
    expect(refused).toMatchObject({ code: 1 })
    expect(refused.stderr).toContain(HALF_CHANGED)
  }
  const other = await changeMasterKey(t, data)
  expect(other).toMatchObject({ code: 1 })
  expect(other.stderr).toContain('is to another key than the one in LIGATURE_NEW_MASTER_KEY')
})

test('without a new key, with a wrong old one and for no database it says what is missing', async (t) => {
  const data = await makeUsedData(t)
  const complaints = [
    [{ LIGATURE_NEW_MASTER_KEY: '' }, 'LIGATURE_NEW_MASTER_KEY must be 32 bytes in base64'],
    [
      { LIGATURE_MASTER_KEY: Buffer.alloc(32, 9).toString('base64') },
      'wrong master key: LIGATURE_MASTER_KEY',
    ],
  ] as const
  for (const [environment, says] of complaints) {
    const refused = await changeMasterKey(t, data, environment)
    expect(refused).toMatchObject({ code: 1 })
    expect(refused.stderr).toContain(says)
  }
  const { environment } = data.process
  const without = await runLigature(t, CHANGE_MASTER_KEY, { ...(environment && { environment }) })
  expect(without.stderr).toContain('no new master key: set LIGATURE_NEW_MASTER_KEY to the output of')
})

test('budgets begin anew, codes on their way are dead, and the rest of the audit stays', async (t) => {
  const data = await makeUsedData(t)
  const looked = async (at: TestData) => {
    const clock = standingClock()
    const server = await startServer(t, { data: at, clock })
    await sweep(server.deployment.db, clock.now())
    const counts = await Promise.all(
      (['budget', 'verification', 'audit_event', 'session'] as const).map((table) => server.count(table)),
    )
    await server.stop()
    return counts
  }
  const [budgets = 0, codes = 0, events, sessions] = await looked(data)
  expect(Math.min(budgets, codes)).toBeGreaterThan(0)

  await changeMasterKey(t, data)

  expect(await looked(withMasterKey(data, NEW_KEY))).toEqual([0, 0, events, sessions])
})
