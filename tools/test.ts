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

  const before = counts.passed + counts.failed
  for (const store of stores) await runTests(store, filters, counts)
  if (counts.passed + counts.failed + counts.skipped === before) {
    print('failed  no test was executed')
    counts.failed += 1
  }
  if (filters.length > 0) print(`Only the tests that match ran: ${filters.join(' ')}`)

  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''
  print(`${counts.passed} passed, ${counts.failed} failed${skipped}`)
  return counts.failed === 0
}

/** Tells the counts of one store by themselves, so that nobody has to guess what ran on which. */
async function runTests(store: Store, filters: readonly string[], counts: Counts): Promise<void> {
  const tests = await countTests(store, filters)
  counts.passed += tests.passed
  counts.failed += tests.failures.length
  for (const failure of tests.failures) print(`failed  on ${store}: ${failure}`)
  const inCi = !['', '0', 'false'].includes(process.env['CI'] ?? '')
  for (const name of tests.skipped)
    print(inCi ? `failed  skipped, which CI may not: ${name}` : `SKIPPED ${name}`)
  counts[inCi ? 'failed' : 'skipped'] += tests.skipped.length
  print(`on ${store}: ${tests.passed} tests passed, ${tests.failures.length} failed`)
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

for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
process.exitCode = (await test(process.argv.slice(2))) ? 0 : 1
