import { type Connection, openConnection } from './connection.ts'

/** What came of sending a list of requests. */
export interface Load {
  /** Successes a second. */
  readonly rate: number
  /** The part that was turned away with 503. */
  readonly refused: number
  /** Of those that were served; sorted, in milliseconds. */
  readonly latenciesMs: Float64Array
  /** Of those that were turned away. */
  readonly refusalsMs: Float64Array
  /** The part of its core that this process spent on it; near 1 the load is measured, and not the server. */
  readonly generatorCpu: number
}

export interface LoadOptions {
  readonly connections: number
  /** Requests a second, sent when they are due whatever is still under way; absent: as fast as answers come. */
  readonly perSecond?: number
}

/**
 * Sends each request once. With a pace, a latency counts from when the request was due, so that a stall is
 * felt by all that would have come meanwhile.
 *
 * @throws {Error} with the first answer that is neither 200 nor the 503 of a busy server: whatever else is refused
 *   is quick, and would flatter the rate
 */
export async function drive(url: URL, requests: readonly string[], options: LoadOptions): Promise<Load> {
  const idle = await Promise.all(Array.from({ length: options.connections }, () => openConnection(url)))
  const all = [...idle]
  const latenciesMs: number[] = []
  const refusalsMs: number[] = []
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  const startedAt = performance.now()
  const cpuBefore = process.cpuUsage()
  const dueAt = (index: number): number =>
    options.perSecond === undefined ? performance.now() : startedAt + (index * 1000) / options.perSecond
  let sent = 0

  const reopen = (): void => {
    void openConnection(url).then((another) => {
      all.push(another)
      idle.push(another)
      sendDue()
    }, reject)
  }
  const send = (connection: Connection, index: number, due: number): void => {
    connection.ask(requests[index] ?? '', (status, body) => {
      // The server closes one that was idle for some seconds, sometimes at the very moment.
      if (status === 0 && !connection.isOpen()) return void openConnection(url).then(sendAgain, reject)
      if (status !== 200 && status !== 503) reject(new Error(`answer ${status}: ${body.slice(0, 300)}`))
      const latencies = status === 503 ? refusalsMs : latenciesMs
      latencies.push(performance.now() - due)
      idle.push(connection)
      if (latenciesMs.length + refusalsMs.length === requests.length) resolve(undefined)
      else sendDue()
    })
    const sendAgain = (another: Connection): void => {
      all.push(another)
      send(another, index, due)
    }
  }
  const sendDue = (): void => {
    while (sent < requests.length) {
      const due = dueAt(sent)
      if (due > performance.now()) return
      const connection = idle.pop()
      if (connection === undefined) return
      // One at a time: not all that were idle for too long are needed again.
      if (!connection.isOpen()) return reopen()
      send(connection, sent++, due)
    }
  }
  const timer = options.perSecond === undefined ? undefined : setInterval(sendDue, 1)
  sendDue()
  try {
    await promise
  } finally {
    clearInterval(timer)
    for (const connection of all) connection.close()
  }
  const tookMs = performance.now() - startedAt
  const { user, system } = process.cpuUsage(cpuBefore)
  return {
    rate: (latenciesMs.length * 1000) / tookMs,
    refused: refusalsMs.length / requests.length,
    latenciesMs: Float64Array.from(latenciesMs).toSorted(),
    refusalsMs: Float64Array.from(refusalsMs).toSorted(),
    generatorCpu: (user + system) / 1000 / tookMs,
  }
}

/** @param sorted ascending */
export function percentile(sorted: Float64Array, part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}
