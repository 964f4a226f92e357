import { setTimeout as delay } from 'node:timers/promises'
import { openDeployment } from '../../deployment.ts'
import { systemClock } from '../../platform/clock.ts'
import { productionSendBudgets } from '../../verifications/index.ts'
import type { Postgres } from '../postgres.ts'
import { prepareProduction, type Production } from '../production.ts'
import type { SeededRandom } from '../seeded-random.ts'
import { type ServerProcess, startProcess } from '../server-process.ts'
import type { TestData } from '../test-data.ts'
import { check, type Violation } from './checker.ts'
import { openCrowd } from './crowd.ts'
import { type Event, readRows, type ServedKeys } from './evidence.ts'
import { handedOut } from './lives.ts'
import { fetchKeys } from './scene.ts'

/** What a test of vitest is handed. */
interface RunningTest {
  readonly onTestFinished: (close: () => void | Promise<void>) => void
}

interface KillRunOptions {
  readonly random: SeededRandom
  readonly kills: number
  readonly instances: number
  /** Of the database as well, where it is a server of the test's own: once in a few times. */
  readonly postgres?: Postgres
  /** An empty store; a directory of its own when not given. */
  readonly data?: Production['data']
}

interface KillRun {
  readonly production: Production
  /** The servers as they are after the last kill. */
  readonly servers: readonly ServerProcess[]
  readonly violations: readonly Violation[]
  readonly servedKeys: readonly ServedKeys[]
  /** Milliseconds from each start until the server was ready. */
  readonly waits: readonly number[]
  readonly acknowledgedBinds: number
  /** One line of it, for whoever reads the run. */
  readonly figures: string
}

const CROWDS = 6
/** One kill in so many is PostgreSQL's. */
const POSTGRES_EVERY = 6
const KNOWN_PER_KILL = 8
/** What everybody did is compared with everything else, so that more takes out of all proportion longer to check. */
const KILLS_OF_ONE_DEPLOYMENT = 200
const ALL_PER_DEPLOYMENT = { ...productionSendBudgets.deployment, limits: [] }

/**
 * Kills as many times as are wanted, on one deployment after the other, of which nothing is left behind.
 *
 * @param newData an empty store for each deployment; a directory of its own when not given
 * @param judge looks at each of them while it is there
 */
export async function runUnderManyKills(
  options: Omit<KillRunOptions, 'data'>,
  judge: (run: KillRun, kills: number) => Promise<void>,
  newData?: () => Promise<TestData>,
): Promise<void> {
  for (let left = options.kills; left > 0; left -= KILLS_OF_ONE_DEPLOYMENT) {
    const kills = Math.min(left, KILLS_OF_ONE_DEPLOYMENT)
    const data = await newData?.()
    const closes: (() => void | Promise<void>)[] = data === undefined ? [] : [() => data.remove()]
    const scope: RunningTest = { onTestFinished: (close) => void closes.push(close) }
    try {
      await judge(await runUnderKills(scope, { ...options, kills, ...(data && { data }) }), kills)
    } finally {
      for (const close of closes.toReversed()) await close()
    }
  }
}

/** Lets a crowd use servers that are killed at random, and has everything checked when all is well again. */
async function runUnderKills(t: RunningTest, options: KillRunOptions): Promise<KillRun> {
  const { random, kills, postgres } = options
  const known = Array.from({ length: kills * KNOWN_PER_KILL }, (_, index) =>
    String(15_000_000_000 + index * 7919),
  )
  const production = await prepareProduction(t, known, options.data)

  const started: ServerProcess[] = []
  const start = async (): Promise<ServerProcess> => {
    const server = await startProcess(t, production.args, production.options)
    started.push(server)
    return server
  }
  const servers = await Promise.all(Array.from({ length: options.instances }, start))
  const history: Event[] = []
  const servedKeys: ServedKeys[] = []
  const url = () => random.oneOf(servers)?.url ?? ''
  const crowd = openCrowd({ url, history, messages: production.messages, random, known })
  const stop = new AbortController()
  const using = Promise.all(Array.from({ length: CROWDS }, () => crowd.use(stop.signal)))

  for (let kill = 1; kill <= kills; kill++) {
    await delay(random.below(600))
    if (postgres !== undefined && random.below(POSTGRES_EVERY) === 0) {
      history.push(await takeAway(postgres, random.below(300)))
      continue
    }
    const victim = random.below(servers.length)
    await servers[victim]?.kill('SIGKILL')
    servers[victim] = await start()
    servedKeys.push(await fetchKeys(servers[victim].url, Date.now()))
  }
  stop.abort()
  await using

  const healedAt = Date.now()
  await crowd.comeBack()
  const { db, close } = await openDeployment(production.data.settings, 'production', systemClock.now())
  t.onTestFinished(close)
  const sessions = handedOut(history)
  const violations = await check({
    history,
    messages: production.messages,
    rows: await readRows(db),
    servedKeys,
    sendBudgets: { ...productionSendBudgets, deployment: ALL_PER_DEPLOYMENT },
    healedAt,
    applicationNames: production.applicationNames,
    texts: started.map((server, index) => ({
      name: `the log of process ${index + 1}`,
      bytes: server.stderr(),
    })),
    secrets: [
      ...production.messages.map(({ to }) => ({ name: 'a mobile', value: to.replace('+86', '') })),
      ...sessions.map(({ sessionToken }) => ({ name: 'a session token', value: sessionToken })),
    ],
  })

  const count = (kind: Event['kind'], outcome: string) =>
    history.filter((event) => event.kind === kind && 'outcome' in event && event.outcome === outcome).length
  return {
    production,
    servers,
    violations,
    servedKeys,
    waits: started.map(({ readyAfterMs }) => readyAfterMs),
    acknowledgedBinds: count('prove', 'ok'),
    figures:
      `${kills} kills: ${history.length} calls, ${production.messages.length} codes, ` +
      `${count('prove', 'ok')} binds acknowledged, ${count('prove', 'unknown')} not answered, ` +
      `${sessions.length} sessions; ${violations.length} violations`,
  }
}

async function takeAway(postgres: Postgres, awayMs: number): Promise<Event> {
  await postgres.kill()
  const startedAt = Date.now()
  await delay(awayMs)
  const endedAt = Date.now()
  await postgres.start()
  return { kind: 'outage', of: 'database', startedAt, endedAt }
}
