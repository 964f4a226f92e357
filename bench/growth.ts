import { randomInt } from 'node:crypto'
import { drive } from './load/drive.ts'
import { requestText } from './load/requests.ts'
import { type Effort, type Measured, measure } from './measure.ts'
import { applications } from './ours/configuration.ts'
import { codeOfGrown, grow } from './ours/grow.ts'
import { type OurWork, prepare } from './ours/prepare.ts'
import { type OurPlace, type OurServer, startOurs } from './ours/server.ts'
import type { Scene, Store } from './scene.ts'
import { oursAt, oursOnNew, startInTurn } from './start.ts'
import { type Candidate, type Work, works } from './works.ts'

export const growthWork = 'growth'

const STORES = ['SQLite', 'PostgreSQL'] as const
const GROWING = ['bind', 'code-sign-in', 'known-identity', 'send-code', 'id-token', 'password-login'] as const
const FIRST_REQUESTS = 50

/** What years of use change: starts, and works, in turn on a new database and on one that has grown. */
export async function measureGrowth(
  scene: Scene,
  effort: Effort,
  users: number,
): Promise<readonly Measured[]> {
  const measured: Measured[] = []
  for (const store of STORES) measured.push(...(await measureOn(store, scene, effort, users)))
  return measured
}

async function measureOn(
  store: Store,
  scene: Scene,
  effort: Effort,
  users: number,
): Promise<readonly Measured[]> {
  const place = await grownPlace(store, scene, users)
  const onNew = await oursOnNew(store, 'new', scene)
  const onGrown = oursAt(place, `ours ${store}, ${users} users`, [onNew.name])
  const measured = [...(await startInTurn([onNew, onGrown], effort))]
  const grown = await startOurs(place)
  try {
    for (const work of works) {
      const name = GROWING.find((each) => each === work.name)
      if (name === undefined) continue
      measured.push(...(await measure(besideEmpty(work, name, { store, grown, users }), scene, effort)))
    }
  } finally {
    await grown.stop()
  }
  return measured
}

/** @returns where the data of many users are, and no server runs */
export async function grownPlace(store: Store, scene: Scene, users: number): Promise<OurPlace> {
  const place = await scene.placeApart(store, 'grown')
  const server = await startOurs(place)
  for (const name of GROWING) {
    const requests = await prepare(server.deployment, name, applications.ES256, FIRST_REQUESTS)
    await drive(server.url, requests, { connections: 8 })
  }
  await grow(server.deployment, place.database, users)
  await server.stop()
  return place
}

interface Grown {
  readonly store: Store
  readonly grown: OurServer
  readonly users: number
}

function besideEmpty(work: Work, name: OurWork, { store, grown, users }: Grown): Work {
  const emptyName = nameOfEmpty(store)
  const empty = work.candidates.find((each) => each.name === emptyName)
  if (empty === undefined) throw new Error(`${work.name} has no candidate ${emptyName}`)
  const isOfAnybody = name === 'known-identity'
  const candidate: Candidate = {
    name: `${emptyName}, ${users} users`,
    against: [emptyName],
    open: async () => ({
      server: grown,
      prepare: async (count) =>
        isOfAnybody
          ? Array.from({ length: count }, () => loginOf(randomInt(users)))
          : prepare(grown.deployment, name, applications.ES256, count),
    }),
  }
  return {
    ...work,
    candidates: [{ name: emptyName, against: [], open: (scene) => empty.open(scene) }, candidate],
  }
}

/** Of one of them; when it is anybody, their rows are on pages all over the file. */
export function loginOf(index: number): string {
  return requestText({
    path: '/api/v2/sdk/login/wechat-miniprogram',
    headers: { 'X-client-id': applications.ES256 },
    body: { code: codeOfGrown(index) },
  })
}

function nameOfEmpty(store: Store): string {
  return `ours ${store} ES256`
}

/** How much longer the slowest one in a hundred takes on the grown database, and how much less it does. */
export function growthTable(measured: readonly Measured[]): string {
  const rows = measured.flatMap((grown) => {
    const [emptyName = ''] = grown.candidate.split(',')
    const empty = measured.find((each) => each.work === grown.work && each.candidate === emptyName)
    if (empty === undefined || empty === grown) return []
    const p99 = [empty.p99Ms.toFixed(1), grown.p99Ms.toFixed(1), (grown.p99Ms / empty.p99Ms).toFixed(2)]
    const rates = (grown.rate / empty.rate).toFixed(2)
    const memory = [empty.residentMb.toFixed(0), grown.residentMb.toFixed(0)]
    return [`| ${[grown.work, emptyName, ...p99, rates, ...memory].join(' | ')} |`]
  })
  return [
    '| growth | of | p99 ms empty | p99 ms grown | ratio | ratio of rates | memory MB empty | memory MB grown |',
    `|${' --- |'.repeat(8)}`,
    ...rows,
    '',
    '',
  ].join('\n')
}
