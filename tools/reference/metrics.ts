import { type MetricDescription, openMetrics } from '../../server/src/platform/metrics/metrics.ts'
import { code, GENERATED, plain, table } from './markdown.ts'

const INTRO = `# Metrics

What \`GET /metrics\` serves to Prometheus; the [guide to operating](../guide/operating.md) tells who may read it, and
what to be woken for. A histogram has series with \`_bucket\`, \`_sum\` and \`_count\` behind its name. Times are in
seconds. No label holds anything that a caller can make up, and none an address or an id.`

/** `metrics.md`: every metric that a server has. */
export function metricsPage(): string {
  const rows = listMetrics().map(({ name, type, labels, help }) => [
    code(name),
    type,
    labels.map(code).join(', '),
    plain(help),
  ])
  return `${[GENERATED, INTRO, table(['Metric', 'Type', 'Labels', 'Meaning'], rows)].join('\n\n')}\n`
}

/** Of a server that is never asked anything. */
export function listMetrics(): readonly MetricDescription[] {
  const metrics = openMetrics({
    activity: { store: 'sqlite', pool: () => undefined, listen: () => undefined },
    isStoreReady: () => Promise.resolve(true),
    signInRoutes: new Set(),
    lostLogLines: () => 0,
  })
  try {
    return metrics.list()
  } finally {
    metrics.close()
  }
}
