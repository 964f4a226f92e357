import { expect, test } from 'vitest'
import { count } from './count-tests.ts'

const ANY = /(?:)/

function report(...statuses: readonly string[]): Parameters<typeof count>[0] {
  const assertionResults = statuses.map((status, index) => ({ fullName: `test ${index}`, status }))
  const status = statuses.includes('failed') ? 'failed' : 'passed'
  return { testResults: [{ name: 'a.test.ts', status, assertionResults }] }
}

test('passed, failed and skipped tests are told apart', () => {
  expect(count(report('passed', 'failed', 'skipped', 'todo'), false, ANY)).toEqual({
    passed: 1,
    failures: ['test 1'],
    skipped: ['test 2', 'test 3'],
  })
})

test('a run that executes no test has failed', () => {
  expect(count({ testResults: [] }, true, ANY).failures).toEqual(['no test was executed'])
  expect(count(report('skipped'), true, ANY).failures).toEqual(['no test was executed'])
})

test('a file that cannot be loaded is a failure beside the tests that passed', () => {
  const { testResults } = report('passed')
  const broken = { name: `${import.meta.dirname}/b.test.ts`, status: 'failed' as const, assertionResults: [] }

  expect(count({ testResults: [...testResults, broken] }, false, ANY).failures).toEqual(['tools/b.test.ts'])
})

test('an error that belongs to no test is a failure', () => {
  expect(count(report('passed'), false, ANY).failures).toEqual(['vitest, though no test failed'])
})

test('a test that the name pattern leaves out was not skipped', () => {
  expect(count(report('passed', 'skipped', 'skipped'), true, /test [02]/).skipped).toEqual(['test 2'])
})
