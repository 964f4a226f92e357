import { randomInt } from 'node:crypto'
import { drive } from './load/drive.ts'
import { requestText } from './load/requests.ts'
import { type Effort, type Measured, measure } from './measure.ts'
import { applications } from './ours/configuration.ts'
import { codeOfGrown, grow } from './ours/grow.ts'
import { type OurWork, prepare } from './ours/prepare.ts'
import { type OurPlace, type OurServer, startOurs } from './ours/server.ts'
import type { Scene } from './scene.ts'
import { startsOf } from './start.ts'
import { type Candidate, type Work, works } from './works.ts'

export const growthWork = 'growth'

const EMPTY = 'ours SQLite ES256'
const GROWING = ['bind', 'code-sign-in', 'known-identity', 'send-code', 'id-token', 'password-login'] as const
const FIRST_REQUESTS = 50

/**
 * What years of use change: the same works in turn on a new database and on one that has grown, then starts and an
 * idle server on the grown one.
 */
export async function measureGrowth(
  scene: Scene,
  effort: Effort,
  users: number,
): Promise<readonly Measured[]> {
  const place = await grownPlace(scene, users)
  const measured = [await startsOf(() => startOurs(place), `ours SQLite, ${users} users`, effort)]
  const grown = await startOurs(place)
  try {
    for (const work of works) {
      const name = GROWING.find((each) => each === work.name)
      if (name !== undefined)
        measured.push(...(await measure(besideEmpty(work, name, grown, users), scene, effort)))
    }
  } finally {
    await grown.stop()
  }
  return measured
}

/** @returns where the data of many users are, and no server runs */
async function grownPlace(scene: Scene, users: number): Promise<OurPlace> {
  const place = await scene.placeFor('SQLite', 'grown')
  const server = await startOurs(place)
  for (const name of GROWING) {
    const requests = await prepare(server.deployment, name, applications.ES256, FIRST_REQUESTS)
    await drive(server.url, requests, { connections: 8 })
  }
  await grow(server.deployment, 'SQLite', users)
  await server.stop()
  return place
}

function besideEmpty(work: Work, name: OurWork, grown: OurServer, users: number): Work {
  const empty = work.candidates.find((each) => each.name === EMPTY)
  if (empty === undefined) throw new Error(`${work.name} has no candidate ${EMPTY}`)
  const isOfAnybody = name === 'known-identity'
  const candidate: Candidate = {
    name: `${EMPTY}, ${users} users`,
    against: [EMPTY],
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
    candidates: [{ name: EMPTY, against: [], open: (scene) => empty.open(scene) }, candidate],
  }
}

/** Anybody of them: their rows are on pages all over the file. */
function loginOf(index: number): string {
  return requestText({
    path: '/api/v2/sdk/login/wechat-miniprogram',
    headers: { 'X-client-id': applications.ES256 },
    body: { code: codeOfGrown(index) },
  })
}

/** How much longer the slowest one in a hundred takes on the grown database. */
export function growthTable(measured: readonly Measured[]): string {
  const rows = measured.flatMap((grown) => {
    const empty = measured.find((each) => each.work === grown.work && each.candidate === EMPTY)
    if (empty === undefined || empty === grown) return []
    const ratio = (grown.p99Ms / empty.p99Ms).toFixed(2)
    return [`| ${grown.work} | ${empty.p99Ms.toFixed(1)} | ${grown.p99Ms.toFixed(1)} | ${ratio} |`]
  })
  return [
    '| growth | p99 ms empty | p99 ms grown | ratio |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    '',
  ].join('\n')
}
