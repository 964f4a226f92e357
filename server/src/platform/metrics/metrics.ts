import { Counter, Gauge, type MetricObject, Registry } from '@prometheus-io/client'
import type { StoreActivity } from '../db/index.ts'
import type { Answered } from '../http/answered.ts'
import { addHttpMetrics } from './http-metrics.ts'
import { addOutboundMetrics, type OutboundMetrics } from './outbound-metrics.ts'
import { addProcessMetrics } from './process-metrics.ts'
import { addSendMetrics, type SendMetrics } from './send-metrics.ts'
import { addStoreMetrics } from './store-metrics.ts'
import { version } from './version.ts'

export interface MetricsOptions {
  readonly activity: StoreActivity
  /** Whether the database answers; may throw, and may take its time. */
  isStoreReady(): Promise<boolean>
  /** The paths of the endpoints that sign somebody in: how their calls end is counted by status. */
  readonly signInRoutes: ReadonlySet<string>
  /** Lines of the log that could not be written since the start. */
  lostLogLines(): number
}

/** What one server counts and measures. Every label has a bounded number of values, and none is a caller's. */
export interface Metrics {
  readonly onAnswered: (answered: Answered) => void
  readonly sends: SendMetrics
  readonly outbound: OutboundMetrics
  /** All of them in the text format that Prometheus reads. Never needs the database. */
  render(): Promise<{ readonly contentType: string; readonly text: string }>
  /** Every metric there is, for the reference. */
  list(): readonly MetricDescription[]
  close(): void
}

export interface MetricDescription {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly labels: readonly string[]
}

/** Opens the metrics of one server; several in one process know nothing of each other. */
export function openMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry(Registry.PROMETHEUS_CONTENT_TYPE)
  const registers = [registry]

  const build = new Gauge({
    name: 'ligature_build_info',
    help: 'Always 1; the labels tell what runs.',
    labelNames: ['version', 'node', 'store'],
    registers,
  })
  build.set({ version: version(), node: process.versions.node, store: options.activity.store }, 1)

  const onAnswered = addHttpMetrics(registry, options.signInRoutes)
  const sends = addSendMetrics(registry)
  const outbound = addOutboundMetrics(registry)
  addStoreMetrics(registry, options.activity, () => options.isStoreReady())
  registry.registerMetric(
    new Counter({
      name: 'ligature_log_lines_lost_total',
      help: 'Lines of the log that could not be written: its reader has stopped or its disk is full.',
      registers: [],
      collect() {
        this.reset()
        this.inc(options.lostLogLines())
      },
    }),
  )
  const watch = addProcessMetrics(registry)

  return {
    onAnswered,
    sends,
    outbound,
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
    list: () => registry.getMetricsAsArray().map(describe),
    close: () => watch.close(),
  }
}

function describe(metric: MetricObject): MetricDescription {
  const { name, type, help } = metric
  // The library has them, and its types do not.
  const labels: unknown = 'labelNames' in metric ? metric.labelNames : []
  return { name, type, help, labels: Array.isArray(labels) ? labels.map(String) : [] }
}
