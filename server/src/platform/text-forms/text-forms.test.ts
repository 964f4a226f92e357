import { describe, expect, test } from 'vitest'
import { duration } from './duration.ts'
import { limit } from './limit.ts'
import { money } from './money.ts'

const HOUR = 60 * 60 * 1000

describe('a length of time', () => {
  test.each([
    ['5 days', 120 * HOUR, '5 days'],
    ['24h', 24 * HOUR, '1 day'],
    ['1 hour', HOUR, '1 hour'],
    ['90 s', 90_000, '90 seconds'],
    ['10min', 600_000, '10 minutes'],
    [' 2 d ', 48 * HOUR, '2 days'],
  ])('%s', (text, ms, printed) => {
    expect(duration.parse(text)).toBe(ms)
    expect(duration.encode(ms)).toBe(printed)
    expect(duration.parse(printed)).toBe(ms)
  })

  test.each(['', '5', 'days', '0 days', '-1 day', '1.5 h', '5 weeks', '5  days', '10 m', '9999999999 s'])(
    '"%s" is none',
    (text) => {
      expect(duration.safeParse(text).error?.issues).toMatchObject([
        { message: 'must be a length of time such as "5 days" or "24h"' },
      ])
    },
  )
})

describe('a limit', () => {
  test.each([
    ['10 per 24h', { max: 10, perMs: 24 * HOUR }, '10 per day'],
    ['1 per minute', { max: 1, perMs: 60_000 }, '1 per minute'],
    ['300 per 2 hours', { max: 300, perMs: 2 * HOUR }, '300 per 2 hours'],
    ['0 per 31 days', { max: 0, perMs: 31 * 24 * HOUR }, '0 per 31 days'],
  ])('%s', (text, parsed, printed) => {
    expect(limit.parse(text)).toEqual(parsed)
    expect(limit.encode(parsed)).toBe(printed)
    expect(limit.parse(printed)).toEqual(parsed)
  })

  test.each([
    '',
    '10',
    '10 per',
    'per day',
    '-1 per day',
    '10/day',
    '10 per 0 s',
    '1 per 32 days',
    '1 per m',
  ])('"%s" is none', (text) => {
    expect(limit.safeParse(text).error?.issues[0]?.message).toContain('such as "10 per 24h"')
  })
})

describe('an amount of money', () => {
  test.each([
    ['0.045 CNY', { micros: 45_000, currency: 'CNY' }, '0.045 CNY'],
    ['500 CNY', { micros: 500_000_000, currency: 'CNY' }, '500 CNY'],
    ['0.000001 USD', { micros: 1, currency: 'USD' }, '0.000001 USD'],
    ['1.50 EUR', { micros: 1_500_000, currency: 'EUR' }, '1.5 EUR'],
    ['0 CNY', { micros: 0, currency: 'CNY' }, '0 CNY'],
    ['999999999.999999 JPY', { micros: 999_999_999_999_999, currency: 'JPY' }, '999999999.999999 JPY'],
  ])('%s', (text, parsed, printed) => {
    expect(money.parse(text)).toEqual(parsed)
    expect(money.encode(parsed)).toBe(printed)
  })

  test.each(['', '5', 'CNY', '5CNY', '5 cny', '-5 CNY', '0.0000001 CNY', '1,5 EUR', '.5 EUR', '1e3 EUR'])(
    '"%s" is none',
    (text) => {
      expect(money.safeParse(text).error?.issues[0]?.message).toContain('such as "0.045 CNY"')
    },
  )
})
