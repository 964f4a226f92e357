import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { drive, percentile } from './load/drive.ts'
import { type Measured, measure } from './measure.ts'
import { jsonLines, table } from './report.ts'
import { SOURCE } from '../server/src/testing/server-process.ts'
import { builtFlags, openScene } from './scene.ts'
import { type Work, works } from './works.ts'

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
