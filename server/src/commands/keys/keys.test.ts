import { join } from 'node:path'
import { describe, expect, test, type TestContext, vi } from 'vitest'
import { z } from 'zod'
import { openDeployment } from '../../deployment.ts'
import { systemClock } from '../../platform/clock.ts'
import { makeDataWithTables } from '../../testing/data-with-tables.ts'
import { isLongRun } from '../../testing/how-long.ts'
import { runLigature, startProcess } from '../../testing/server-process.ts'
import { demoConnections, startServer } from '../../testing/server.ts'
import { standingClock } from '../../testing/test-clock.ts'
import type { TestData } from '../../testing/test-data.ts'

// Processes are started one after the other, and some wait for seconds whether another one lives.
vi.setConfig({ testTimeout: 120_000 })

const MINUTE = 60_000
const KILLED_AT_STATEMENT = join(import.meta.dirname, '../../testing/killed-at-statement.ts')

const shown = z.object({
  signing_keys: z.array(
    z.object({
      algorithm: z.string(),
      kid: z.string(),
      state: z.enum(['next', 'active', 'retired']),
      active_from: z.string(),
      retires_at: z.string().optional(),
      published_until: z.string().optional(),
      can_sign: z.boolean(),
    }),
  ),
  data_keys: z.array(
    z.object({
      number: z.number(),
      created_at: z.string(),
      seals_from: z.string(),
      rows: z.record(z.string(), z.number()),
    }),
  ),
})

/** Data that had its first start with the demo in it. */
async function makeData(t: TestContext): Promise<TestData> {
  const data = await makeDataWithTables()
  t.onTestFinished(() => data.remove())
  const server = await startServer(t, { data, clock: standingClock(systemClock.now()) })
  await server.stop()
  return data
}

function keys(t: TestContext, data: TestData, ...args: readonly string[]) {
  return runLigature(t, ['keys', ...args], data.process)
}

async function show(t: TestContext, data: TestData) {
  const { stdout, stderr } = await keys(t, data, 'show')
  expect(stderr).toBe('')
  expect(stdout).not.toMatch(/"(?:d|p|q|dp|dq|qi|private\w*)"/)
  return shown.parse(JSON.parse(stdout))
}

/** For each algorithm, the states of its keys in order. */
function statesOf({ signing_keys: all }: z.infer<typeof shown>): Record<string, string[]> {
  const states: Record<string, string[]> = {}
  for (const { algorithm, state } of all) (states[algorithm] ??= []).push(state)
  return states
}

const STILL = { RS256: ['active'], ES256: ['active'], EdDSA: ['active'] }
const STAGED = { RS256: ['active', 'next'], ES256: ['active', 'next'], EdDSA: ['active', 'next'] }

test('a rotation says when each key signs and how long it is published, and is done once', async (t) => {
  const data = await makeData(t)
  expect(statesOf(await show(t, data))).toEqual(STILL)

  const startedAt = systemClock.now()
  const rotated = await keys(t, data, 'rotate', '--algorithm', 'RS256')

  const [active, next] = (await show(t, data)).signing_keys.filter(({ algorithm }) => algorithm === 'RS256')
  expect(rotated.stdout).toBe(
    `RS256 ${active?.kid} active: signing from ${active?.active_from}, until ${next?.active_from}; ` +
      `published until ${active?.published_until} at least\n` +
      `RS256 ${next?.kid} next: signs from ${next?.active_from}\n`,
  )
  const signsAt = Date.parse(next?.active_from ?? '')
  expect(signsAt - startedAt).toBeGreaterThanOrEqual(15 * MINUTE)
  expect(signsAt - startedAt).toBeLessThan(16 * MINUTE)
  // The demo's id_tokens live for five minutes.
  expect(Date.parse(active?.published_until ?? '') - signsAt).toBe(15 * MINUTE)
  const again = await keys(t, data, 'rotate')
  expect(again.stdout).toContain('RS256: the next key is there already; it is not its turn yet\n')
  expect(statesOf(await show(t, data))).toEqual(STAGED)
})

test('of two rotations at once one makes the next keys; a running server publishes them within seconds', async (t) => {
  const data = await makeData(t)
  const server = await startProcess(t, ['dev', '--log', 'silent'], data.process)

  const both = await Promise.all([1, 2].map(() => keys(t, data, 'rotate')))
  const data2 = await Promise.all([1, 2].map(() => keys(t, data, 'rotate', '--data-key')))

  for (const { code } of [...both, ...data2]) expect(code).toBe(0)
  const after = await show(t, data)
  expect(statesOf(after)).toEqual(STAGED)
  expect(after.data_keys.map(({ number }) => number)).toEqual([1, 2])
  const kids = after.signing_keys.filter(({ algorithm }) => algorithm === 'RS256').map(({ kid }) => kid)
  const published = async () => {
    const response = await fetch(`${server.url}/api/v1/oauth2/keys`)
    const { keys: jwks } = z
      .object({ keys: z.array(z.looseObject({ kid: z.string() })) })
      .parse(await response.json())
    return jwks.map(({ kid }) => kid)
  }
  await expect.poll(published, { timeout: 10_000 }).toEqual(kids)
})

test('a new data key is waited for, and shown with what is sealed under each', async (t) => {
  const data = await makeData(t)

  const rotated = await keys(t, data, 'rotate', '--data-key')

  const { data_keys: dataKeys } = await show(t, data)
  expect(rotated.stdout).toBe(
    `data key 2 seals from ${dataKeys[1]?.seals_from}; a running server then seals all rows again under it\n`,
  )
  expect(dataKeys.map(({ rows }) => rows)).toEqual([
    {
      'signing_key.private_jwk_sealed': 3,
      'user_address.address_sealed': 2,
      'password.hash_sealed': 1,
      'test_address.code_sealed': 2,
      'test_address.address_sealed': 2,
      'connection.app_secret_sealed': demoConnections.length,
    },
    {},
  ])
  expect((await keys(t, data, 'rotate', '--data-key')).stdout).toContain('data key 2 is there already')
})

test('a running server seals everything again, by itself', async (t) => {
  const data = await makeData(t)
  await keys(t, data, 'rotate', '--data-key')
  const { db, close } = await openDeployment(data.settings, 'development', systemClock.now())
  await db.updateTable('data_key').set({ seals_from: 1 }).where('number', '=', 2).execute()
  await close()
  const before = (await show(t, data)).data_keys[0]?.rows

  await startProcess(t, ['dev', '--log', 'silent'], data.process)

  const rowsOf = async () => (await show(t, data)).data_keys.map(({ rows }) => rows)
  await expect.poll(rowsOf, { timeout: 15_000, interval: 200 }).toEqual([{}, before])
})

test('a stolen key is replaced at once, and it is said what that breaks', async (t) => {
  const data = await makeData(t)
  const before = await show(t, data)
  await keys(t, data, 'rotate', '--algorithm', 'ES256')

  const { stdout } = await keys(t, data, 'rotate', '--algorithm', 'ES256', '--danger-now')

  expect(stdout).toContain(
    'ES256: every older key is gone. The id_tokens that they signed are refused from now on.',
  )
  const after = await show(t, data)
  expect(statesOf(after)).toEqual(STILL)
  const kidsIn = ({ signing_keys: all }: typeof after) => all.map(({ kid }) => kid)
  expect(kidsIn(after).filter((kid) => kidsIn(before).includes(kid))).toHaveLength(2)
})

test.for([
  [['rotate', '--algorithm', 'HS256'], '--algorithm is one of RS256, ES256, EdDSA'],
  [['rotate', '--data-key', '--danger-now'], '--data-key goes with neither --algorithm nor --danger-now'],
  [
    ['rotate', '--data-key', '--algorithm', 'RS256'],
    '--data-key goes with neither --algorithm nor --danger-now',
  ],
] as const)('%j is refused', async ([args, says], t) => {
  const data = await makeData(t)
  const { code, stderr } = await keys(t, data, ...args)
  expect(stderr).toBe(`ligature: ${says}\n`)
  expect(code).toBe(1)
  expect(statesOf(await show(t, data))).toEqual(STILL)
})

describe('killed at any statement', () => {
  const commands = [
    { args: ['rotate'], whole: STAGED },
    { args: ['rotate', '--danger-now'], whole: STILL },
    { args: ['rotate', '--data-key'], whole: STILL },
  ]

  test.for(commands)(
    'keys $args leaves one key that signs, and the next run finishes',

    async ({ args, whole }, t) => {
      const run = (data: TestData, statement: number) =>
        runLigature(t, ['keys', ...args], {
          preload: KILLED_AT_STATEMENT,
          environment: { ...data.process.environment, LIGATURE_TEST_KILLED_AT_STATEMENT: String(statement) },
        })
      const statements = Number(/^statements (\d+)$/m.exec((await run(await makeData(t), 0)).stderr)?.[1])
      expect(statements).toBeGreaterThan(10)
      const step = isLongRun ? 1 : Math.ceil(statements / 4)
      for (let statement = statements; statement > 0; statement -= step) {
        const data = await makeData(t)
        expect(await run(data, statement)).toMatchObject({ signal: 'SIGKILL' })
        const { signing_keys: all, data_keys: dataKeys } = await show(t, data)
        const signing = all.filter(({ state, can_sign: canSign }) => state === 'active' && canSign)
        expect(signing.map(({ algorithm }) => algorithm).toSorted()).toEqual(['ES256', 'EdDSA', 'RS256'])
        expect([1, 2]).toContain(dataKeys.length)

        expect(await keys(t, data, ...args)).toMatchObject({ code: 0 })
        const finished = await show(t, data)
        expect(statesOf(finished)).toEqual(whole)
        expect(finished.data_keys).toHaveLength(args.includes('--data-key') ? 2 : 1)
      }
    },
  )
})

test('a process is on the list while it has the data open, and no longer', async (t) => {
  const data = await makeData(t)
  const { db, close } = await openDeployment(data.settings, 'development', systemClock.now())
  const names = async () => {
    const rows = await db.selectFrom('running_process').select('name').orderBy('started_at').execute()
    return rows.map(({ name }) => name)
  }
  const server = await startProcess(t, ['dev', '--log', 'silent'], data.process)

  expect(await names()).toEqual(['dev', 'dev'])
  await keys(t, data, 'show')
  await server.kill('SIGTERM')
  expect(await names()).toEqual(['dev'])
  await close()
})
