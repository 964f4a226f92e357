import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isLongRun } from './testing/how-long.ts'
import { startPostgres } from './testing/postgres.ts'
import { check } from './testing/proof/checker.ts'
import { type Fault, startPostgresProxy } from './testing/proof/postgres-proxy.ts'
import { openProcessScene } from './testing/proof/process-scene.ts'
import { emptyDatabase, makeTestData } from './testing/test-data.ts'

const KILLED_AT_STATEMENT = join(import.meta.dirname, 'testing/killed-at-statement.ts')
const NEVER = 1_000_000
/** As many as a small machine has cores: each kill is followed by a start. */
const LANES = 2

test(
  'killed in front of any statement of a bind on SQLite, the server has bound all or nothing',
  { timeout: 600_000 },
  async (t) => {
    const data = await makeTestData()
    t.onTestFinished(() => data.remove())
    const killedAt = (statement: number) => ({
      preload: KILLED_AT_STATEMENT,
      environment: {
        ...data.process.environment,
        LIGATURE_TEST_KILLED_AT_STATEMENT: String(NEVER),
        LIGATURE_TEST_KILLED_AFTER_SIGNAL: String(statement),
      },
    })
    const { scene, server, restart } = await openProcessScene(t, data, killedAt(1))

    let statement = 1
    for (let isKilled = true; isKilled; statement++) {
      const newcomer = await scene.newcomer('bind')
      const held = await scene.prepare(newcomer)
      process.kill(server().pid, 'SIGUSR2')
      await expect.poll(() => server().stderr(), { interval: 5 }).toContain('counting\n')
      isKilled = (await scene.prove(newcomer, held)).reply === undefined
      await restart(killedAt(statement + 1))
      await scene.comeBack(newcomer, held)
    }

    process.stdout.write(`a bind on SQLite: killed in front of each of its ${statement - 2} statements\n`)
    expect(statement).toBeGreaterThan(10)
    expect(await check(await scene.evidence())).toEqual([])
  },
)

test(
  'killed before or after any step of a bind on PostgreSQL, the server has bound all or nothing',
  { timeout: 1_200_000 },
  async (t) => {
    const postgres = await startPostgres({ isDurable: false })
    t.onTestFinished(() => postgres.remove())

    const lanes = Array.from({ length: LANES }, async (_, lane) => {
      const data = await emptyDatabase(postgres.url)
      const proxy = await startPostgresProxy(data.settings.database ?? '')
      t.onTestFinished(() => proxy.close())
      const environment = { ...data.process.environment, LIGATURE_DATABASE: proxy.url }
      const { scene, server, restart } = await openProcessScene(t, data, { environment })

      async function bindWith(fault: Fault): Promise<readonly string[]> {
        const newcomer = await scene.newcomer('bind')
        const held = await scene.prepare(newcomer)
        proxy.expectFault(fault)
        await scene.prove(newcomer, held)
        const messages = proxy.heal()
        if (fault.atMessage !== NEVER) await restart()
        await scene.comeBack(newcomer, held)
        return messages
      }

      const messages = await bindWith({ kind: 'kill before', atMessage: NEVER })
      const points = messages.flatMap((type, index) => (isLongRun || endsAStep(type) ? [index + 1] : []))
      for (const atMessage of points.filter((_point, index) => index % LANES === lane)) {
        const kill = (): void => void process.kill(server().pid, 'SIGKILL')
        await bindWith({ kind: 'kill before', atMessage, kill })
        await bindWith({ kind: 'kill after', atMessage, kill })
      }
      expect(await check(await scene.evidence())).toEqual([])
      return { messages: messages.length, points: points.length }
    })
    const [done] = await Promise.all(lanes)
    process.stdout.write(
      `a bind on PostgreSQL: ${done?.messages} messages; killed before and after ${done?.points} of them\n`,
    )
    expect(done?.points).toBeGreaterThan(10)
  },
)

/** A query of its own, or the message after which PostgreSQL answers what came before. */
function endsAStep(type: string): boolean {
  return type === 'Q' || type === 'S'
}
