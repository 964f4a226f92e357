import { join } from 'node:path'
import { drive } from './load/drive.ts'
import { requestText } from './load/requests.ts'
import { useOf } from './machine.ts'
import { type Effort, type Measured, median } from './measure.ts'
import { type OurPlace, startOurs } from './ours/server.ts'
import type { ServerProcess } from './process.ts'
import { type Scene, startBetterAuth, type Store } from './scene.ts'

export const startWork = 'start'

/** A server that can be started again and again on its data. */
interface Starter {
  readonly name: string
  /** The starters whose rate this one's is divided by. */
  readonly against: readonly string[]
  /** What it can answer as soon as it has started. */
  readonly path: string
  start(): Promise<ServerProcess>
}

export async function measureStart(scene: Scene, effort: Effort): Promise<readonly Measured[]> {
  const file = join(scene.directory('start better-auth'), 'better-auth.db')
  const betterAuth: Starter = {
    name: 'better-auth SQLite',
    against: [],
    path: '/api/auth/ok',
    start: () => startBetterAuth(file),
  }
  await (await betterAuth.start()).stop()
  const onSqlite = await oursOnNew('SQLite', 'start', scene)
  const onPostgres = await oursOnNew('PostgreSQL', 'start', scene)
  return startInTurn([betterAuth, { ...onSqlite, against: [betterAuth.name] }, onPostgres], effort)
}

/** @returns ours, on data that hold nothing yet but what is configured */
export async function oursOnNew(store: Store, name: string, scene: Scene): Promise<Starter> {
  const place = await scene.placeApart(store, name)
  await (await startOurs(place)).stop()
  return oursAt(place, `ours ${store}`, [])
}

/** @returns ours, on data that are at a place, where no server runs */
export function oursAt(place: OurPlace, name: string, against: readonly string[]): Starter {
  return { name, against, path: '/ready', start: () => startOurs(place) }
}

/**
 * Starts each in turn, several rounds, from the start of the process until its first answer. The rate is in starts a
 * second, the latencies are those of a start, the memory is that of a server that has just started.
 */
export async function startInTurn(
  starters: readonly Starter[],
  { rounds }: Effort,
): Promise<readonly Measured[]> {
  const all = starters.map((starter) => ({ starter, readyMs: [] as number[], memoryMb: [] as number[] }))
  for (let round = 0; round < rounds; round++) {
    for (const { starter, readyMs, memoryMb } of all) {
      const server = await starter.start()
      readyMs.push(server.readyAfterMs + (await firstAnswerMs(server, starter.path)))
      memoryMb.push(useOf(server.pid).residentMb)
      await server.stop()
    }
  }
  return all.map(({ starter: { name, against }, readyMs, memoryMb }) => ({
    work: startWork,
    candidate: name,
    rate: 1000 / median(readyMs),
    ratios: against.map((other) => {
      const others = all.find(({ starter }) => starter.name === other)?.readyMs
      const ratios = readyMs.map((ms, round) => (others?.[round] ?? Number.NaN) / ms)
      return { against: other, ratio: median(ratios) }
    }),
    p50Ms: median(readyMs),
    p99Ms: Math.max(...readyMs),
    cpuMsPerRequest: Number.NaN,
    residentMb: median(memoryMb),
    generatorCpu: 0,
    refused: 0,
    counts: undefined,
  }))
}

/** Whoever makes things at the first request is not ready before. */
async function firstAnswerMs({ url }: ServerProcess, path: string): Promise<number> {
  const { latenciesMs } = await drive(url, [requestText({ method: 'GET', path })], { connections: 1 })
  return latenciesMs[0] ?? Number.NaN
}
