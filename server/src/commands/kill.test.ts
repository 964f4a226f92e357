import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test, type TestContext } from 'vitest'
import { isLongRun } from '../testing/how-long.ts'
import { newDirectory } from '../testing/data-directory.ts'
import type { Production } from '../testing/production.ts'
import { runUnderManyKills } from '../testing/proof/kill-run.ts'
import { fetchKeys } from '../testing/proof/scene.ts'
import { chosenSeed, seededRandom } from '../testing/seeded-random.ts'
import { spawnLigature, startProcess } from '../testing/server-process.ts'
import { slowness } from '../testing/slowness.ts'

const KILLS = Number(process.env['LIGATURE_TEST_KILLS'] ?? (isLongRun ? 200 : 20))
const SECOND_MS = 1000
const AGAIN_WITHIN_MS = 2 * SECOND_MS * slowness

test(
  `killed ${KILLS} times at any moment, the server has kept all that it acknowledged`,
  { timeout: 60_000 + KILLS * 4000 },
  async () => {
    const seed = chosenSeed()
    process.stdout.write(`seed ${seed}\n`)
    const options = { random: seededRandom(seed), kills: KILLS, instances: 1 }
    await runUnderManyKills(options, async (run, kills) => {
      const waits = run.waits.toSorted((one, other) => one - other)
      const medianMs = waits[waits.length >> 1] ?? 0
      process.stdout.write(`seed ${seed}, ${run.figures}; ready after ${medianMs.toFixed()} ms\n`)
      expect({ seed, violations: run.violations }).toEqual({ seed, violations: [] })
      expect(run.acknowledgedBinds).toBeGreaterThan(kills / 2)
      expect(medianMs).toBeLessThan(AGAIN_WITHIN_MS)
      expect(new Set(run.servedKeys.map(({ keys }) => JSON.stringify(keys)))).toHaveLength(1)
      for (const server of run.servers) expect(await server.kill('SIGTERM')).toMatchObject({ code: 0 })
      expect(faultsOfTheFile(run.production)).toEqual([])
    })
  },
)

function faultsOfTheFile({ data }: Production): unknown[] {
  const database = new DatabaseSync(join(data.settings.dataDirectory, 'ligature.db'), { readOnly: true })
  const damage = database.prepare(`select * from pragma_integrity_check where integrity_check <> 'ok'`).all()
  const orphans = database.prepare('select * from pragma_foreign_key_check').all()
  database.close()
  return [...damage, ...orphans]
}

test(
  'a first start that is killed at any moment leaves nothing that the next one trips over',
  async (t) => {
    const seed = chosenSeed()
    const random = seededRandom(seed)
    process.stdout.write(`seed ${seed}\n`)
    const tries = Array.from({ length: Math.ceil(KILLS / 2) }, () => [random.below(60), random.below(160)])

    // Two at a time are as fast as the machine is.
    await Promise.all([0, 1].map((half) => tryHalf(tries.filter((_, index) => index % 2 === half))))

    async function tryHalf(own: readonly (readonly number[])[]): Promise<void> {
      for (const delays of own) {
        const data = join(newDirectory(t), 'data')
        const args = ['start', '--log', 'silent', '--data', data]
        for (const afterMs of delays) await killOnceThereIs(t, data, args, afterMs)
        const server = await startProcess(t, args)
        expect((await fetchKeys(server.url, 0)).keys.keys).toHaveLength(1)
        expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null })
        expect(readdirSync(data).toSorted()).toEqual(['ligature.db', 'master.key'])
      }
    }
  },
  60_000 + KILLS * 4000,
)

/** Before the data directory is there a kill leaves nothing. */
async function killOnceThereIs(
  t: TestContext,
  data: string,
  args: readonly string[],
  afterMs: number,
): Promise<void> {
  const starting = spawnLigature(t, [...args, '--port', '0'])
  while (!existsSync(data)) await delay(1)
  await delay(afterMs)
  await starting.kill('SIGKILL')
}
