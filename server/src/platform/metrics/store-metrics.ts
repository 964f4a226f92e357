import { Counter, Gauge, Histogram, type Registry } from '@prometheus-io/client'
import type { StoreActivity } from '../db/index.ts'
import { DURATION_BUCKETS, seconds } from './seconds.ts'

/** As long as a request waits for a connection: a database that takes longer serves nobody. */
const ANSWER_WITHIN_MS = 1_000

export function addStoreMetrics(
  registry: Registry,
  activity: StoreActivity,
  isReady: () => Promise<boolean>,
): void {
  const registers = [registry]
  const probe = openProbe(isReady)
  registry.registerMetric(
    new Gauge({
      name: 'ligature_store_up',
      help: 'Whether the database answers within a second: 1 or 0.',
      registers: [],
      async collect() {
        this.set((await probe()) ? 1 : 0)
      },
    }),
  )
  const statements = new Histogram({
    name: 'ligature_store_statement_duration_seconds',
    help: 'Time of one statement of the database, by what it does.',
    labelNames: ['kind'],
    buckets: DURATION_BUCKETS,
    registers,
  })
  const transactions = new Histogram({
    name: 'ligature_store_transaction_duration_seconds',
    help: 'Time of a transaction, by its end: `committed` or `rolled back`.',
    labelNames: ['end'],
    buckets: DURATION_BUCKETS,
    registers,
  })
  const failures = new Counter({
    name: 'ligature_store_failures_total',
    help: 'Statements that failed, and connections that were not had: `away`, `undone` when two transactions met, or `other`.',
    labelNames: ['kind', 'failure'],
    registers,
  })
  registry.registerMetric(
    new Gauge({
      name: 'ligature_store_connections',
      help: 'Connections to PostgreSQL by state, and callers waiting for one. Nothing for the embedded database.',
      labelNames: ['state'],
      registers: [],
      collect() {
        const pool = activity.pool()
        if (pool === undefined) return
        this.set({ state: 'in use' }, pool.inUse)
        this.set({ state: 'idle' }, pool.idle)
        this.set({ state: 'waiting' }, pool.waiting)
      },
    }),
  )
  activity.listen({
    onStatement: (kind, tookMs) => statements.observe({ kind }, seconds(tookMs)),
    onTransaction: (end, tookMs) => transactions.observe({ end }, seconds(tookMs)),
    onFailure: (kind, failure) => failures.inc({ kind, failure }),
  })
}

/** Asks within a deadline, and once at a time: a database that hangs is not asked again while it does. */
function openProbe(isReady: () => Promise<boolean>): () => Promise<boolean> {
  let asking: Promise<boolean> | undefined
  return async () => {
    asking ??= isReady()
      .catch(() => false)
      .finally(() => {
        asking = undefined
      })
    const deadline = Promise.withResolvers<false>()
    const timer = setTimeout(() => deadline.resolve(false), ANSWER_WITHIN_MS)
    try {
      return await Promise.race([asking, deadline.promise])
    } finally {
      clearTimeout(timer)
    }
  }
}
