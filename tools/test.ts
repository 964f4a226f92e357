import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { checks, type Check } from './checks.ts'
import { countTests, type Store, stores } from './count-tests.ts'

const CHECKS_AT_A_TIME = 2

interface Counts {
  passed: number
  failed: number
  skipped: number
}

/**
 * Every check and every test, one line for each check, and a summary as the last line of all.
 *
 * @param filters handed to vitest; they choose among the tests only, the checks always run
 * @returns whether nothing failed
 */
async function test(filters: readonly string[]): Promise<boolean> {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 }
  const waiting = [...checks]
  await Promise.all(Array.from({ length: CHECKS_AT_A_TIME }, async () => runChecks(waiting, counts)))

  let executed = 0
  for (const store of stores) executed += await runTests(store, filters, counts)
  if (executed === 0) {
    print('failed  no test was executed')
    counts.failed += 1
  }
  if (filters.length > 0) print(`Only the tests that match ran: ${filters.join(' ')}`)

  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''
  print(`${counts.passed} passed, ${counts.failed} failed${skipped}`)
  return counts.failed === 0
}

/**
 * Tells the counts of one store by themselves, so that nobody has to guess what ran on which.
 *
 * @returns how many tests were executed
 */
async function runTests(store: Store, filters: readonly string[], counts: Counts): Promise<number> {
  if (store === 'pgbouncer' && !isInstalled('pgbouncer')) {
    skip('every test through a pooler: PgBouncer is not installed', counts)
    return 0
  }
  const tests = await countTests(store, filters)
  counts.passed += tests.passed
  counts.failed += tests.failures.length
  for (const failure of tests.failures) print(`failed  on ${store}: ${failure}`)
  for (const name of tests.skipped) skip(name, counts)
  print(`on ${store}: ${tests.passed} tests passed, ${tests.failures.length} failed`)
  return tests.passed + tests.failures.length
}

function skip(name: string, counts: Counts): void {
  const inCi = !['', '0', 'false'].includes(process.env['CI'] ?? '')
  print(inCi ? `failed  skipped, which CI may not: ${name}` : `SKIPPED ${name}`)
  counts[inCi ? 'failed' : 'skipped'] += 1
}

function isInstalled(program: string): boolean {
  const places = (process.env['PATH'] ?? '').split(delimiter)
  return places.some((place) => place !== '' && existsSync(join(place, program)))
}

async function runChecks(waiting: Check[], counts: Counts): Promise<void> {
  for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
    const startedAt = performance.now()
    const { isOk, output } = await check.run()
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    counts[isOk ? 'passed' : 'failed'] += 1
    print(`${isOk ? 'ok     ' : 'failed '} ${check.name} (${seconds} s)`)
    if (!isOk) print(output.trimEnd().replace(/^/gm, '        '))
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

// What is tried by sample in a normal run is tried in full in a long one.
const [, , ...given] = process.argv
const filters = given.filter((argument) => argument !== '--long')
if (filters.length < given.length) process.env['LIGATURE_TEST_LONG'] = '1'

for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
process.exitCode = (await test(filters)) ? 0 : 1
