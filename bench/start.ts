import { join } from 'node:path'
import { useOf } from './machine.ts'
import { type Effort, type Measured, median } from './measure.ts'
import { startOurs } from './ours/server.ts'
import type { ServerProcess } from './process.ts'
import { type Scene, startBetterAuth, type Store } from './scene.ts'

export const startWork = 'start'

/**
 * Starts the server again and again on data that are there, from the start of the process until it says that it
 * is ready. The rate is in starts a second, the latencies are those of a start, the memory is that of an idle server.
 */
export async function measureStart(scene: Scene, effort: Effort): Promise<readonly Measured[]> {
  const file = join(scene.directory('start better-auth'), 'better-auth.db')
  await (await startBetterAuth(file)).stop()
  return [
    await startsOfOurs('SQLite', scene, effort),
    await startsOfOurs('PostgreSQL', scene, effort),
    await startsOf(() => startBetterAuth(file), 'better-auth SQLite', effort),
  ]
}

async function startsOfOurs(store: Store, scene: Scene, effort: Effort): Promise<Measured> {
  // On PostgreSQL there is one database, made under the key of whoever came first.
  const masterKey = store === 'SQLite' ? undefined : (await scene.ours(store)).masterKey
  const place = { ...(await scene.placeFor(store, 'start')), masterKey }
  await (await startOurs(place)).stop()
  return startsOf(() => startOurs(place), `ours ${store}`, effort)
}

/** @param start on data that are there, and where no server runs */
export async function startsOf(
  start: () => Promise<Pick<ServerProcess, 'pid' | 'readyAfterMs' | 'stop'>>,
  candidate: string,
  { rounds }: Effort,
): Promise<Measured> {
  const readyMs: number[] = []
  const memoryMb: number[] = []
  for (let round = 0; round < rounds; round++) {
    const server = await start()
    readyMs.push(server.readyAfterMs)
    memoryMb.push(useOf(server.pid).residentMb)
    await server.stop()
  }
  const p50Ms = median(readyMs)
  return {
    work: startWork,
    candidate,
    rate: 1000 / p50Ms,
    ratios: [],
    p50Ms,
    p99Ms: Math.max(...readyMs),
    cpuMsPerRequest: Number.NaN,
    residentMb: median(memoryMb),
    generatorCpu: 0,
    refused: 0,
    counts: undefined,
  }
}
