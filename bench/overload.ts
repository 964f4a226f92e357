import { drive, type Load, percentile } from './load/drive.ts'
import type { Scene } from './scene.ts'
import { works } from './works.ts'

export const overloadWork = 'overload'

const WORK = 'bind'
const CANDIDATES = ['ours SQLite ES256', 'ours PostgreSQL ES256'] as const
const FACTOR = 2
/** Enough that nobody has to wait for another's answer to be asked. */
const CONNECTIONS = 2_500
const SECONDS = { short: 15, long: 60 }
const WARM_UP_REQUESTS = 4_000
const PEAK_SECONDS = 3

/** What a server does when twice as much is asked of it as it can do. */
interface Overloaded {
  readonly candidate: string
  /** Successes a second at saturation. */
  readonly peak: number
  readonly during: Load
  /** At half of saturation, at once after it. */
  readonly after: Load
}

/** @param isLong for a minute, and not only for a quarter of one */
export async function measureOverload(scene: Scene, isLong: boolean): Promise<readonly Overloaded[]> {
  const measured: Overloaded[] = []
  for (const name of CANDIDATES) {
    const candidate = works.find((work) => work.name === WORK)?.candidates.find((each) => each.name === name)
    if (candidate === undefined) throw new Error(`there is no candidate ${name}`)
    const { server, prepare } = await candidate.open(scene)
    const warm = await drive(server.url, await prepare(WARM_UP_REQUESTS), { connections: 64 })
    const { rate: peak } = await drive(server.url, await prepare(Math.round(warm.rate * PEAK_SECONDS)), {
      connections: 64,
    })
    const seconds = SECONDS[isLong ? 'long' : 'short']
    const during = await drive(server.url, await prepare(Math.round(peak * FACTOR * seconds)), {
      connections: CONNECTIONS,
      perSecond: peak * FACTOR,
    })
    const after = await drive(server.url, await prepare(Math.round((peak / 2) * PEAK_SECONDS)), {
      connections: 64,
      perSecond: peak / 2,
    })
    measured.push({ candidate: name, peak, during, after })
  }
  return measured
}

export function overloadTable(measured: readonly Overloaded[]): string {
  const rows = measured.map(({ candidate, peak, during, after }) =>
    [
      candidate,
      peak.toFixed(0),
      (during.rate / peak).toFixed(2),
      ...[during.latenciesMs, during.refusalsMs].flatMap((latencies) =>
        [0.5, 0.99].map((part) => percentile(latencies, part).toFixed(0)),
      ),
      `${(after.refused * 100).toFixed(1)} %`,
      percentile(after.latenciesMs, 0.99).toFixed(0),
    ].join(' | '),
  )
  return [
    `| twice saturation (${WORK}) | peak per second | of it served | served p50 ms | p99 ms | turned away p50 ms | p99 ms | refused after | p99 ms after |`,
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
    '',
    '',
  ].join('\n')
}
