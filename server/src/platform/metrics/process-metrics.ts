import { readdirSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, type Registry } from '@prometheus-io/client'

const NANOSECONDS = 1e9
const MICROSECONDS = 1e6
/** How often the event loop is looked at. */
const RESOLUTION_MS = 20
/** Two scrapers that take turns see the same spikes. */
const KEPT_AT_LEAST_MS = 30_000

/** The process under the names that every dashboard knows. */
export function addProcessMetrics(registry: Registry): { close(): void } {
  registry.registerMetric(
    new Counter({
      name: 'process_cpu_seconds_total',
      help: 'Processor time of this process, its own and the system’s for it.',
      registers: [],
      collect() {
        const { user, system } = process.cpuUsage()
        this.reset()
        this.inc((user + system) / MICROSECONDS)
      },
    }),
  )
  gauge('process_start_time_seconds', 'When it started, in seconds since the Unix epoch.', () =>
    Math.round(performance.timeOrigin / 1000),
  )
  gauge('process_resident_memory_bytes', 'Memory that it holds.', () => process.memoryUsage.rss())
  gauge('nodejs_heap_size_used_bytes', 'Memory of JavaScript objects.', () => process.memoryUsage().heapUsed)
  gauge(
    'process_open_fds',
    'Files and sockets that it holds open; 0 where the system does not tell.',
    openFiles,
  )
  return addEventLoopLag(registry)

  function gauge(name: string, help: string, read: () => number): void {
    registry.registerMetric(
      new Gauge({
        name,
        help,
        registers: [],
        collect() {
          this.set(read())
        },
      }),
    )
  }
}

function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return 0
  }
}

function addEventLoopLag(registry: Registry): { close(): void } {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  let since = performance.now()
  registry.registerMetric(
    new Gauge({
      name: 'ligature_event_loop_lag_seconds',
      help: 'How late the event loop came, by quantile, over the last half minute or since the last scrape.',
      labelNames: ['quantile'],
      registers: [],
      collect() {
        for (const quantile of [0.5, 0.9, 0.99, 1]) {
          this.set({ quantile }, lateness(delay.percentile(quantile * 100)))
        }
        if (performance.now() - since < KEPT_AT_LEAST_MS) return
        delay.reset()
        since = performance.now()
      },
    }),
  )
  return { close: () => delay.disable() }
}

/** What is measured is the time from one look to the next, which is never less than the time between looks. */
function lateness(nanoseconds: number): number {
  return Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION_MS / 1000)
}
