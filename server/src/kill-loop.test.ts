import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openDeployment } from './deployment.ts'
import { systemClock } from './platform/clock.ts'
import { isLongRun } from './testing/how-long.ts'
import { startPostgres } from './testing/postgres.ts'
import { prepareProduction } from './testing/production.ts'
import { check } from './testing/proof/checker.ts'
import { openCrowd } from './testing/proof/crowd.ts'
import { type Event, readRows, type ServedKeys } from './testing/proof/evidence.ts'
import { handedOut } from './testing/proof/lives.ts'
import { fetchKeys } from './testing/proof/scene.ts'
import { chosenSeed, seededRandom } from './testing/seeded-random.ts'
import { type ServerProcess, startProcess } from './testing/server-process.ts'
import { emptyDatabase } from './testing/test-data.ts'
import { productionSendBudgets } from './verifications/index.ts'

const KILLS = Number(process.env['LIGATURE_TEST_KILLS'] ?? (isLongRun ? 600 : 60))
const INSTANCES = 2
const CROWDS = 6
/** One kill in so many is PostgreSQL's. */
const POSTGRES_EVERY = 6

test(
  `two instances and their PostgreSQL, killed ${KILLS} times under load, break no invariant`,
  { timeout: 60_000 + KILLS * 4000 },
  async (t) => {
    const seed = chosenSeed()
    const random = seededRandom(seed)
    process.stdout.write(`seed ${seed}\n`)
    const postgres = await startPostgres({ isDurable: true })
    t.onTestFinished(() => postgres.remove())
    const data = await emptyDatabase(postgres.url)
    const known = Array.from({ length: KILLS * 8 }, (_, index) => String(15_000_000_000 + index * 7919))
    const production = await prepareProduction(t, known, data)

    const logs: ServerProcess[] = []
    const start = async (): Promise<ServerProcess> => {
      const server = await startProcess(t, production.args, production.options)
      logs.push(server)
      return server
    }
    const instances = await Promise.all(Array.from({ length: INSTANCES }, start))
    const history: Event[] = []
    const servedKeys: ServedKeys[] = []
    const crowd = openCrowd({
      url: () => random.oneOf(instances)?.url ?? '',
      history,
      messages: production.messages,
      random,
      known,
    })
    const stop = new AbortController()
    const using = Promise.all(Array.from({ length: CROWDS }, () => crowd.use(stop.signal)))

    for (let kill = 1; kill <= KILLS; kill++) {
      await delay(random.below(300))
      if (random.below(POSTGRES_EVERY) === 0) {
        await postgres.kill()
        const startedAt = Date.now()
        await delay(random.below(300))
        history.push({ kind: 'outage', of: 'database', startedAt, endedAt: Date.now() })
        await postgres.start()
      } else {
        const victim = random.below(INSTANCES)
        await instances[victim]?.kill('SIGKILL')
        instances[victim] = await start()
        servedKeys.push(await fetchKeys(instances[victim].url, Date.now()))
      }
    }
    stop.abort()
    await using

    const healedAt = Date.now()
    await crowd.comeBack()
    const { db, close } = await openDeployment(data.settings, 'production', systemClock.now())
    t.onTestFinished(close)
    const violations = await check({
      history,
      messages: production.messages,
      rows: await readRows(db),
      servedKeys,
      sendBudgets: {
        ...productionSendBudgets,
        deployment: { ...productionSendBudgets.deployment, limits: [] },
      },
      healedAt,
      applicationNames: production.applicationNames,
      texts: logs.map((server, index) => ({
        name: `the log of process ${index + 1}`,
        bytes: server.stderr(),
      })),
      secrets: [
        ...production.messages.map(({ to }) => ({ name: 'a mobile', value: to.replace('+86', '') })),
        ...handedOut(history).map(({ sessionToken }) => ({ name: 'a session token', value: sessionToken })),
      ],
    })

    const calls = history.filter((event) => 'outcome' in event)
    const count = (kind: string, outcome: string) =>
      calls.filter((event) => event.kind === kind && event.outcome === outcome).length
    process.stdout.write(
      `${KILLS} kills: ${calls.length} calls, ${production.messages.length} codes, ` +
        `${count('prove', 'ok')} binds acknowledged, ${count('prove', 'unknown')} not answered, ` +
        `${handedOut(history).length} sessions; ${violations.length} violations\n`,
    )
    expect({ seed, violations }).toEqual({ seed, violations: [] })
    expect(count('prove', 'ok')).toBeGreaterThan(KILLS / 2)
    for (const instance of instances) expect(await instance.kill('SIGTERM')).toMatchObject({ code: 0 })
  },
)
