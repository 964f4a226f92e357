import { expect, test } from 'vitest'
import { isLongRun } from './testing/how-long.ts'
import { startPostgres } from './testing/postgres.ts'
import { runUnderManyKills } from './testing/proof/kill-run.ts'
import { chosenSeed, seededRandom } from './testing/seeded-random.ts'
import { emptyDatabase } from './testing/test-data.ts'

const KILLS = Number(process.env['LIGATURE_TEST_KILLS'] ?? (isLongRun ? 600 : 60))

test(
  `two instances and their PostgreSQL, killed ${KILLS} times under load, break no invariant`,
  { timeout: 60_000 + KILLS * 10_000 },
  async (t) => {
    const seed = chosenSeed()
    process.stdout.write(`seed ${seed}\n`)
    const postgres = await startPostgres({ isDurable: true })
    t.onTestFinished(() => postgres.remove())

    await runUnderManyKills(
      { random: seededRandom(seed), kills: KILLS, instances: 2, postgres },
      async ({ figures, violations, acknowledgedBinds, servers }, kills) => {
        process.stdout.write(`seed ${seed}, ${figures}\n`)
        expect({ seed, violations }).toEqual({ seed, violations: [] })
        expect(acknowledgedBinds).toBeGreaterThan(kills / 2)
        for (const server of servers) expect(await server.kill('SIGTERM')).toMatchObject({ code: 0 })
      },
      () => emptyDatabase(postgres.url),
    )
  },
)
