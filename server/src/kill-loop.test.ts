import { expect, test } from 'vitest'
import { isLongRun } from './testing/how-long.ts'
import { startPostgres } from './testing/postgres.ts'
import { runUnderKills } from './testing/proof/kill-run.ts'
import { chosenSeed, seededRandom } from './testing/seeded-random.ts'
import { emptyDatabase } from './testing/test-data.ts'

const KILLS = Number(process.env['LIGATURE_TEST_KILLS'] ?? (isLongRun ? 600 : 60))

test(
  `two instances and their PostgreSQL, killed ${KILLS} times under load, break no invariant`,
  { timeout: 60_000 + KILLS * 10_000 },
  async (t) => {
    const seed = chosenSeed()
    const postgres = await startPostgres({ isDurable: true })
    t.onTestFinished(() => postgres.remove())
    const data = await emptyDatabase(postgres.url)

    const run = await runUnderKills(t, {
      random: seededRandom(seed),
      kills: KILLS,
      instances: 2,
      postgres,
      data,
    })

    process.stdout.write(`seed ${seed}, ${run.figures}\n`)
    expect({ seed, violations: run.violations }).toEqual({ seed, violations: [] })
    expect(run.acknowledgedBinds).toBeGreaterThan(KILLS / 2)
    for (const server of run.servers) expect(await server.kill('SIGTERM')).toMatchObject({ code: 0 })
  },
)
