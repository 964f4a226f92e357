import { inTransaction } from '../server/src/platform/db/index.ts'
import { createUser, parseMobile } from '../server/src/users/index.ts'
import type { Deployment } from '../server/src/deployment.ts'
import { nextMobile } from './load/mobiles.ts'
import { useOf } from './machine.ts'
import { type Effort, type Measured, median } from './measure.ts'
import { startOurs } from './ours/server.ts'
import type { Scene, Store } from './scene.ts'

export const startWork = 'start'

const MANY_USERS = 1_000_000
const PER_TRANSACTION = 5_000

/**
 * Starts the server again and again on data that are there, from the start of the process until it says that it
 * is ready. The rate is in starts a second, the latencies are those of a start, the memory is that of an idle server.
 */
export async function measureStart(
  scene: Scene,
  effort: Effort,
  isLong: boolean,
): Promise<readonly Measured[]> {
  const measured = [
    await startsOf('ours SQLite', 'SQLite', 0, scene, effort),
    await startsOf('ours PostgreSQL', 'PostgreSQL', 0, scene, effort),
  ]
  if (isLong) measured.push(await startsOf('ours SQLite 10^6 users', 'SQLite', MANY_USERS, scene, effort))
  return measured
}

async function startsOf(
  candidate: string,
  store: Store,
  users: number,
  scene: Scene,
  { rounds }: Effort,
): Promise<Measured> {
  // On PostgreSQL there is one database, made under the key of whoever came first.
  const masterKey = store === 'SQLite' ? undefined : (await scene.ours(store)).masterKey
  const place = { ...(await scene.placeFor(store, `start ${users}`)), masterKey }
  const first = await startOurs(place)
  await addUsers(first.deployment, users)
  await first.stop()
  const readyMs: number[] = []
  const memoryMb: number[] = []
  for (let round = 0; round < rounds; round++) {
    const server = await startOurs(place)
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

async function addUsers({ db, vault }: Deployment, users: number): Promise<void> {
  for (let added = 0; added < users; added += PER_TRANSACTION) {
    await inTransaction(db, async (tx) => {
      for (let index = 0; index < PER_TRANSACTION; index++) {
        const address = await parseMobile(nextMobile())
        await createUser(tx, vault, { addresses: [{ address, isVerified: true }] }, Date.now())
      }
    })
  }
}
