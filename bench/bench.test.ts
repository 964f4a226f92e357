import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { growthTable, grownPlace, loginOf } from './growth.ts'
import { drive, percentile } from './load/drive.ts'
import { type Measured, measure } from './measure.ts'
import { jsonLines, table } from './report.ts'
import { startOurs } from './ours/server.ts'
import { PAGES_IN_LOG, WRITER_CACHE_KB } from '../server/src/platform/db/sqlite.ts'
import { SOURCE } from '../server/src/testing/server-process.ts'
import { builtFlags, openScene } from './scene.ts'
import { oursAt, oursOnNew, startInTurn } from './start.ts'
import { type Work, works } from './works.ts'

const DAY_MS = 24 * 60 * 60 * 1000

const effort = { rounds: 1, seconds: 0.02, warmUpRequests: 20 }

/** The floor and ours on SQLite: the others take a server or packages that a test need not wait for. */
function onSqlite(work: Work): Work {
  const candidates = work.candidates.filter(({ name }) => /^(?:floor ES256|ours SQLite ES256)$/.test(name))
  const names = new Set(candidates.map(({ name }) => name))
  return {
    ...work,
    candidates: candidates.map((each) => ({
      ...each,
      against: each.against.filter((name) => names.has(name)),
    })),
  }
}

test('every line is measured: each answer is a success, the ratios are numbers, and the work is counted', async (t) => {
  const scene = openScene(SOURCE)
  t.onTestFinished(() => scene.close())
  const measured: Measured[] = []
  for (const work of works.filter(({ name }) => name !== 'password-login')) {
    measured.push(...(await measure(onSqlite(work), scene, effort)))
  }

  const lines = jsonLines(measured)
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
  expect(lines).toContainEqual({
    work: 'bind',
    candidate: 'ours SQLite ES256',
    rate: expect.any(Number),
    against: 'floor ES256',
    ratio: expect.any(Number),
    p50_ms: expect.any(Number),
    p99_ms: expect.any(Number),
  })
  const ratios = measured.flatMap((each) => each.ratios.map(({ ratio }) => ratio))
  expect(ratios).toHaveLength(4)
  expect(ratios.every((ratio) => ratio > 0 && Number.isFinite(ratio))).toBe(true)
  const floorOfBind = measured.find(({ work, candidate }) => work === 'bind' && candidate === 'floor ES256')
  // Eight statements of its own, and its part of a commit that others share.
  expect(floorOfBind?.counts?.statements).toBeGreaterThanOrEqual(8)
  expect(floorOfBind?.counts?.statements).toBeLessThan(10)
  expect(table(measured, effort).split('\n').length).toBeGreaterThan(measured.length)
}, 60_000)

test('starts are measured in turn, and their ratios are in the table of what has grown', async (t) => {
  const scene = openScene(SOURCE)
  t.onTestFinished(() => scene.close())
  const empty = await oursOnNew('SQLite', 'new', scene)
  const grown = oursAt(await scene.placeApart('SQLite', 'other'), 'ours SQLite, 7 users', [empty.name])

  const measured = await startInTurn([empty, grown], effort)

  expect(measured.map(({ work, candidate }) => `${work}: ${candidate}`)).toEqual([
    'start: ours SQLite',
    'start: ours SQLite, 7 users',
  ])
  for (const { p50Ms, residentMb, ratios } of measured) {
    expect([p50Ms, residentMb, ...ratios.map(({ ratio }) => ratio)].every((each) => each > 0)).toBe(true)
  }
  const rows = growthTable(measured).split('\n').slice(2).filter(Boolean)
  expect(rows).toEqual([expect.stringMatching(/^\| start \| ours SQLite \|(?: [\d.]+ \|){6}$/)])
})

test.for(['SQLite', 'PostgreSQL'] as const)(
  'what %s is filled with is as good as what the server wrote itself, and nothing of it has to be swept yet',
  { timeout: 60_000 },
  async (store, t) => {
    const scene = openScene(SOURCE)
    t.onTestFinished(() => scene.close())
    const users = 40

    const server = await startOurs(await grownPlace(store, scene, users))
    t.onTestFinished(() => server.stop())

    const { db } = server.deployment
    for (const name of ['verification', 'sign_in'] as const) {
      const { over, oldest } = await db
        .selectFrom(name)
        .select((of) => [of.fn.countAll().as('over'), of.fn.min('expires_at').as('oldest')])
        .where('expires_at', '<=', Date.now())
        .executeTakeFirstOrThrow()
      expect(Number(over)).toBe(12)
      expect(oldest).toBeGreaterThan(Date.now() - DAY_MS)
    }
    const { rate } = await drive(server.url, [0, users - 1].map(loginOf), { connections: 1 })
    expect(rate).toBeGreaterThan(0)
  },
)

test('the floor has the cache and the log of the product', () => {
  const store = readFileSync(join(import.meta.dirname, 'floor/store.ts'), 'utf8')

  expect(store).toContain(`pragma cache_size = -${WRITER_CACHE_KB};`)
  expect(store).toContain(`pragma wal_autocheckpoint = ${PAGES_IN_LOG}'`)
})

test('a refusal is no answer that counts', async (t) => {
  const scene = openScene(SOURCE)
  t.onTestFinished(() => scene.close())
  const work = works.find(({ name }) => name === 'bind')
  const prepared = await work?.candidates[0]?.open(scene)
  if (prepared === undefined) throw new Error('there is no floor')
  const requests = await prepared.prepare(1)

  // The code is good once.
  const again = drive(prepared.server.url, [...requests, ...requests], { connections: 1 })

  await expect(again).rejects.toThrow('answer 400')
})

test('a percentile is of the sorted values', () => {
  const values = Float64Array.from({ length: 100 }, (_, index) => index)

  expect([percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1)]).toEqual([50, 99, 99])
})

test('our server runs with the flags that the launcher and the image give it', () => {
  const read = (name: string): string => readFileSync(join(import.meta.dirname, '..', name), 'utf8')

  expect(read('ligature')).toContain(`flags='${builtFlags.join(' ')}'`)
  expect(read('Containerfile')).toContain(
    JSON.stringify(['node', ...builtFlags])
      .slice(0, -1)
      .replaceAll(',', ', '),
  )
})
