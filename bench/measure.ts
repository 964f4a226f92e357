import { type Counts, perRequest } from './counts.ts'
import { drive, type Load, percentile } from './load/drive.ts'
import { useOf } from './machine.ts'
import type { Scene } from './scene.ts'
import type { Candidate, Prepared, Work } from './works.ts'

/** How long and how often. */
export interface Effort {
  readonly rounds: number
  /** Of one candidate in one round. */
  readonly seconds: number
  /** Before anything is timed: enough to have all code compiled that is going to be. */
  readonly warmUpRequests: number
}

/** What was measured of one candidate. */
export interface Measured {
  readonly work: string
  readonly candidate: string
  readonly rate: number
  readonly ratios: readonly { readonly against: string; readonly ratio: number }[]
  /** At half of saturation. */
  readonly p50Ms: number
  readonly p99Ms: number
  readonly cpuMsPerRequest: number
  readonly residentMb: number
  readonly generatorCpu: number
  /** The part of the requests that was turned away with 503; they are no part of the rate. */
  readonly refused: number
  /** Of one request; absent where nobody counts. */
  readonly counts: Counts | undefined
}

const CONNECTIONS = 64
const FEWEST_REQUESTS = 50
const COUNTED_REQUESTS = 256
/** The slowest one in a hundred is often somebody else's doing: of so many, one is believed. */
const PACED_ROUNDS = 3

interface Runner {
  readonly candidate: Candidate
  readonly connections: number
  readonly prepared: Prepared
  expectedRate: number
  readonly loads: Load[]
  readonly cpuMs: number[]
  readonly paced: Load[]
}

/**
 * Runs the candidates of a work in turn, several rounds, and divides within each round: what slows the whole
 * machine for a while slows both sides of a ratio.
 */
export async function measure(work: Work, scene: Scene, effort: Effort): Promise<readonly Measured[]> {
  const runners: Runner[] = []
  const { connections = CONNECTIONS } = work
  for (const candidate of work.candidates) runners.push(await warmUp(candidate, connections, scene, effort))
  for (let round = 0; round < effort.rounds; round++) {
    for (const runner of runners) await saturate(runner, effort)
  }
  for (let round = 0; round < PACED_ROUNDS; round++) {
    for (const runner of runners) await pace(runner, effort)
  }
  const counts: (Counts | undefined)[] = []
  for (const { candidate } of runners) counts.push(await count(candidate, connections, scene))
  return runners.map((runner, index) => ({ ...measuredOf(work, runner, runners), counts: counts[index] }))
}

async function warmUp(
  candidate: Candidate,
  connections: number,
  scene: Scene,
  effort: Effort,
): Promise<Runner> {
  const prepared = await candidate.open(scene)
  const { server } = prepared
  const first = await prepared.prepare(effort.warmUpRequests)
  const { rate } = await drive(server.url, first, { connections })
  const second = await prepared.prepare(countFor(rate, effort.seconds))
  const warm = await drive(server.url, second, { connections })
  return { candidate, connections, prepared, expectedRate: warm.rate, loads: [], cpuMs: [], paced: [] }
}

async function saturate(runner: Runner, { seconds }: Effort): Promise<void> {
  const { connections } = runner
  const { server, prepare } = runner.prepared
  const requests = await prepare(countFor(runner.expectedRate, seconds))
  const before = useOf(server.pid)
  const load = await drive(server.url, requests, { connections })
  runner.cpuMs.push((useOf(server.pid).cpuMs - before.cpuMs) / requests.length)
  runner.loads.push(load)
  runner.expectedRate = load.rate
}

async function pace(runner: Runner, { seconds }: Effort): Promise<void> {
  const { connections } = runner
  const { server, prepare } = runner.prepared
  const perSecond = median(runner.loads.map(({ rate }) => rate)) / 2
  const requests = await prepare(countFor(perSecond, seconds))
  runner.paced.push(await drive(server.url, requests, { connections, perSecond }))
}

/** Under the same load, so that what requests share is seen to be shared. */
async function count(candidate: Candidate, connections: number, scene: Scene): Promise<Counts | undefined> {
  const counted = await candidate.openCounted?.(scene)
  if (counted === undefined) return undefined
  // The first ones open connections and read what is remembered from then on.
  await drive(counted.server.url, await counted.prepare(COUNTED_REQUESTS), { connections })
  const atFirst = await counted.counts()
  const requests = await counted.prepare(COUNTED_REQUESTS)
  const before = await counted.counts()
  await drive(counted.server.url, requests, { connections })
  const after = await counted.counts()
  // What was put in place for a request is kept with the rest.
  return perRequest({ ...before, bytes: atFirst.bytes }, after, COUNTED_REQUESTS)
}

function countFor(rate: number, seconds: number): number {
  return Math.max(FEWEST_REQUESTS, Math.round(rate * seconds))
}

function measuredOf(work: Work, runner: Runner, all: readonly Runner[]): Omit<Measured, 'counts'> {
  const { candidate, loads, cpuMs, paced, prepared } = runner
  const latencyAt = (part: number): number =>
    median(paced.map(({ latenciesMs }) => percentile(latenciesMs, part)))
  return {
    work: work.name,
    candidate: candidate.name,
    rate: median(loads.map(({ rate }) => rate)),
    ratios: candidate.against.map((against) => {
      const other = all.find((each) => each.candidate.name === against)
      const ratios = loads.map(({ rate }, round) => rate / (other?.loads[round]?.rate ?? Number.NaN))
      return { against, ratio: median(ratios) }
    }),
    p50Ms: latencyAt(0.5),
    p99Ms: latencyAt(0.99),
    cpuMsPerRequest: median(cpuMs),
    residentMb: useOf(prepared.server.pid).residentMb,
    refused: median(loads.map(({ refused }) => refused)),
    generatorCpu: Math.max(...loads.map(({ generatorCpu }) => generatorCpu)),
  }
}

/** The higher of the two in the middle of an even number. */
export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}
