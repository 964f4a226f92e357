import { expect, test } from 'vitest'
import { randomAlphanumeric } from '../../platform/secrets.ts'
import { openOneUseCodes } from './one-use-codes.ts'

const FIVE_MINUTES = 5 * 60 * 1_000
const makeCode = () => randomAlphanumeric(32)

test('a code is good once', () => {
  const codes = openOneUseCodes<string>({ now: () => 0 }, makeCode)
  const code = codes.issue('alice')

  expect(code).toMatch(/^[A-Za-z0-9]{32}$/)
  expect(codes.use(code)).toEqual({ meaning: 'alice' })
  expect(codes.use(code)).toBe('used')
})

test('a code is good for five minutes and not a millisecond longer', () => {
  let now = 0
  const codes = openOneUseCodes<string>({ now: () => now }, makeCode)
  const [early, late] = [codes.issue('alice'), codes.issue('alice')]

  now = FIVE_MINUTES - 1
  expect(codes.use(early)).toEqual({ meaning: 'alice' })
  now = FIVE_MINUTES
  expect(codes.use(late)).toBe('invalid')
})

test('with more codes than it remembers the oldest is forgotten', () => {
  const codes = openOneUseCodes<string>({ now: () => 0 }, makeCode, 2)
  const [first, second, third] = [codes.issue('alice'), codes.issue('bob'), codes.issue('carol')]

  expect(codes.use(first)).toBe('invalid')
  expect(codes.use(second)).toEqual({ meaning: 'bob' })
  expect(codes.use(third)).toEqual({ meaning: 'carol' })
})
