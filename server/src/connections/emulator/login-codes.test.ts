import { expect, test } from 'vitest'
import type { Persona } from './wechat-people.ts'
import { openLoginCodes } from './login-codes.ts'

const ALICE: Persona = { name: 'alice', hasUnionid: true, phone: undefined }
const FIVE_MINUTES = 5 * 60 * 1_000

test('a code looks like one of WeChat and is good once', () => {
  const codes = openLoginCodes({ now: () => 0 })
  const code = codes.issue(ALICE)

  expect(code).toMatch(/^[A-Za-z0-9]{32}$/)
  expect(codes.use(code)).toEqual(ALICE)
  expect(codes.use(code)).toBe('used')
})

test('a code is good for five minutes and not a millisecond longer', () => {
  let now = 0
  const codes = openLoginCodes({ now: () => now })
  const [early, late] = [codes.issue(ALICE), codes.issue(ALICE)]

  now = FIVE_MINUTES - 1
  expect(codes.use(early)).toEqual(ALICE)
  now = FIVE_MINUTES
  expect(codes.use(late)).toBe('invalid')
})

test('with more codes than it remembers the oldest is forgotten', () => {
  const codes = openLoginCodes({ now: () => 0 }, 2)
  const [first, second, third] = [codes.issue(ALICE), codes.issue(ALICE), codes.issue(ALICE)]

  expect(codes.use(first)).toBe('invalid')
  expect(codes.use(second)).toEqual(ALICE)
  expect(codes.use(third)).toEqual(ALICE)
})
