import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { readMetrics } from '../server/src/testing/metrics-page.ts'
import { startServer } from '../server/src/testing/server.ts'
import { blocksOf, loadPage } from './documents/pages.ts'
import { listMetrics } from './reference/metrics.ts'
import { root } from './run.ts'

const HISTOGRAM_SUFFIX = /_(?:bucket|sum|count)$/

test('the reference has every metric that a server serves, with its type and its labels, and no other', async (t) => {
  const server = await startServer(t)
  await server.miniProgram().login('li')
  await server.miniProgram().send('13800138000', 'nothing')
  const page = await readMetrics(server.url)
  const reference = readFileSync(join(root, 'docs/reference/metrics.md'), 'utf8')
  const rows = [...reference.matchAll(/^\| `(\w+)` \| (\w+) \| (.*?) \| (.*) \|$/gm)].map(
    ([, name = '', type = '', labels = '', help = '']) => ({ name, type, labels, help }),
  )

  expect(page.metrics.length).toBeGreaterThan(15)
  expect(rows.map(({ name, type, help }) => ({ name, type, help }))).toEqual(page.metrics)
  for (const series of page.series) {
    const [name = '', labels = ''] = series.split('{')
    const row = rows.find((candidate) => [name, name.replace(HISTOGRAM_SUFFIX, '')].includes(candidate.name))
    const known = [...(row?.labels.match(/\w+/g) ?? []), ...(row?.type === 'histogram' ? ['le'] : [])]
    const served = [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label)
    expect(known).toEqual(expect.arrayContaining(served))
  }
})

test('every metric and label that the guide names exists', () => {
  const guide = loadPage('docs/guide/operating.md')
  const known = new Map(listMetrics().map((metric) => [metric.name, metric]))
  const named = [...guide.matchAll(/\b(ligature_\w+)(?:\{([^}]*)\})?/g)]

  expect(named.length).toBeGreaterThan(8)
  for (const [, name = '', selector = ''] of named) {
    const metric = known.get(name) ?? known.get(name.replace(HISTOGRAM_SUFFIX, ''))
    expect({ name, isKnown: metric !== undefined }).toEqual({ name, isKnown: true })
    const labels = [...selector.matchAll(/(\w+)(?:=|!=|=~)"/g)].map(([, label]) => label)
    expect(metric?.labels).toEqual(expect.arrayContaining(labels))
  }
})

test('what the guide gives to Prometheus is YAML, and its alerts are whole', () => {
  const rules = z.object({
    groups: z.tuple([
      z.object({ rules: z.array(z.strictObject({ alert: z.string(), expr: z.string(), for: z.string() })) }),
    ]),
  })
  const [scrape, alerts] = blocksOf(loadPage('docs/guide/operating.md'))
    .filter(({ language }) => language === 'yaml')
    .map(({ text }): unknown => parse(text))

  expect(scrape).toMatchObject({ scrape_configs: [{ job_name: 'ligature' }] })
  const found = rules.parse(alerts).groups[0].rules
  expect(found).toHaveLength(5)
  for (const { expr } of found) {
    for (const [open, close] of ['()', '{}', '[]']) {
      expect(expr.split(open ?? '')).toHaveLength(expr.split(close ?? '').length)
    }
  }
})
