import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { inPackage, root, run } from './run.ts'

/** What the tests can keep their data in, PostgreSQL also through a pooler: the projects of `vitest.config.ts`. */
export const stores = ['sqlite', 'postgres', 'pgbouncer'] as const
export type Store = (typeof stores)[number]

export interface TestCounts {
  readonly passed: number
  /** The name of each failed test, or of the file or run that failed as a whole. */
  readonly failures: readonly string[]
  /** The name of each test that was not run though it was asked for. */
  readonly skipped: readonly string[]
}

/** What vitest's `json` reporter writes, as far as it is read here. */
interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly status: 'passed' | 'failed'
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

/**
 * Runs the tests of one store and counts them. A run that executes no test has failed, unless filters chose
 * none of this store's, and so has one that vitest calls failed for a reason that is no test's, such as an
 * error nobody caught.
 *
 * @param filters vitest's own arguments
 */
export async function countTests(store: Store, filters: readonly string[]): Promise<TestCounts> {
  const directory = join(root, '.cache')
  const file = join(directory, `tests-${process.pid}.json`)
  const remove = () => rmSync(file, { force: true })
  mkdirSync(directory, { recursive: true })
  process.once('exit', remove)
  const { isOk } = await run(
    inPackage('vitest', 'vitest.mjs'),
    // `only` would leave out the rest in silence.
    [
      'run',
      `--project=${store}`,
      ...(filters.length > 0 ? ['--passWithNoTests'] : []),
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
      '--allowOnly=false',
      ...filters,
    ],
    'terminal',
  )
  // Vitest wrote it a moment ago.
  const report = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : { testResults: [] }
  remove()
  return count(report, isOk, namePattern(filters), filters.length > 0)
}

/**
 * @param pattern what a test's name must match to have been asked for
 * @param mayBeEmpty the filters may have chosen tests of another store only
 */
export function count(report: Report, isOk: boolean, pattern: RegExp, mayBeEmpty = false): TestCounts {
  const tests = report.testResults.flatMap((each) => each.assertionResults)
  const named = (status: string) =>
    tests.filter((each) => each.status === status).map((each) => each.fullName.trim())
  const passed = named('passed').length
  const failures = [
    ...named('failed'),
    ...report.testResults
      .filter((each) => each.status === 'failed' && !each.assertionResults.some(isFailed))
      .map((each) => relative(root, each.name)),
  ]
  if (passed + failures.length === 0 && !mayBeEmpty) failures.push('no test was executed')
  else if (!isOk && failures.length === 0) failures.push('vitest, though no test failed')
  const skipped = tests
    .filter((each) => each.status !== 'passed' && !isFailed(each))
    .map((each) => each.fullName.trim())
    .filter((name) => pattern.test(name))
  return { passed, failures, skipped }
}

function isFailed(test: { readonly status: string }): boolean {
  return test.status === 'failed'
}

function namePattern(filters: readonly string[]): RegExp {
  const options = ['-t', '--testNamePattern', '--test-name-pattern']
  for (const [index, filter] of filters.entries()) {
    const [option = '', ...value] = filter.split('=')
    if (options.includes(option))
      return new RegExp(value.length > 0 ? value.join('=') : (filters[index + 1] ?? ''))
  }
  return /(?:)/
}
