import { describe, expect, test } from 'vitest'
import { inTransaction } from '../platform/db/index.ts'
import { startWithLi } from '../testing/closed-account.ts'
import {
  codeAt,
  codeOfOathtool,
  enrolTotp,
  FACTOR_CODE_INCORRECT,
  FACTOR_LOCKED,
  hasOathtool,
  STEP,
  wrongCode,
} from '../testing/factors.ts'
import { checkTotp, hasTotp, removeFactors, useRecoveryCode } from './index.ts'

const MINUTE = 60_000

/** Alice has one-time passwords, and a quarter of an hour has passed since. */
async function startEnrolled(t: Parameters<typeof startWithLi>[0]) {
  const { server, program, alice } = await startWithLi(t)
  const { secret, recoveryCodes } = await enrolTotp(server, program, alice)
  server.clock.advance(15 * MINUTE)
  const { db, vault } = server.deployment
  const { userId } = alice
  const check = (code: string) =>
    inTransaction(db, (tx) => checkTotp(tx, vault, { userId, code }, server.clock.now()))
  const recover = (code: string) =>
    inTransaction(db, (tx) => useRecoveryCode(tx, vault, { userId, code }, server.clock.now()))
  const now = () => server.clock.now()
  return { server, userId, secret, recoveryCodes, check, recover, now }
}

const RIGHT = { isRight: true }
const WRONG = { isRight: false, definition: { code: FACTOR_CODE_INCORRECT } }
const LOCKED = { isRight: false, definition: { code: FACTOR_LOCKED } }

describe.skipIf(!hasOathtool)('codes of oathtool (skipped where there is none)', () => {
  test('are right', async (t) => {
    const { check, secret, now } = await startEnrolled(t)
    expect(await check(codeOfOathtool(secret, now()))).toEqual(RIGHT)
  })
})

describe('of the steps around the present one', () => {
  test.for([-1, 0, 1])(
    'that at %d is taken, at the first and the last moment of a step',
    async (steps, t) => {
      const { server, check, secret, now } = await startEnrolled(t)
      server.clock.advance(STEP - (now() % STEP))
      expect(await check(codeAt(secret, now() + steps * STEP))).toEqual(RIGHT)
      server.clock.advance(4 * STEP - 1)
      expect(await check(codeAt(secret, now() + steps * STEP))).toEqual(RIGHT)
    },
  )

  test.for([-2, 2])('that at %d is not, at the first and the last moment of a step', async (steps, t) => {
    const { server, check, secret, now } = await startEnrolled(t)
    server.clock.advance(STEP - (now() % STEP))
    expect(await check(codeAt(secret, now() + steps * STEP))).toMatchObject(WRONG)
    server.clock.advance(STEP - 1)
    expect(await check(codeAt(secret, now() + steps * STEP))).toMatchObject(WRONG)
  })
})

test('a code is good once, and with it those of earlier steps are over', async (t) => {
  const { check, secret, now } = await startEnrolled(t)
  const [before, present, after] = [-STEP, 0, STEP].map((ms) => codeAt(secret, now() + ms))

  expect(await check(present ?? '')).toEqual(RIGHT)
  expect(await check(present ?? '')).toMatchObject({
    ...WRONG,
    because: 'a one-time password that was used already',
  })
  expect(await check(before ?? '')).toMatchObject(WRONG)
  expect(await check(after ?? '')).toEqual(RIGHT)
})

test('the code that confirmed it is used with that', async (t) => {
  const { server, program, alice } = await startWithLi(t)
  const { secret } = await enrolTotp(server, program, alice)
  const { db, vault } = server.deployment
  const { userId } = alice
  const code = codeAt(secret, server.clock.now())

  const checked = await inTransaction(db, (tx) => checkTotp(tx, vault, { userId, code }, server.clock.now()))

  expect(checked).toMatchObject(WRONG)
})

test('of sixteen equal ones at once one is right', async (t) => {
  const { check, secret, now } = await startEnrolled(t)
  const code = codeAt(secret, now())

  const results = await Promise.all(Array.from({ length: 16 }, () => check(code)))

  expect(results.filter(({ isRight }) => isRight)).toHaveLength(1)
})

test('spaces and full-width digits are taken as they are meant', async (t) => {
  const { check, secret, now } = await startEnrolled(t)
  const [first, second] = [codeAt(secret, now()), codeAt(secret, now() + STEP)]
  expect(await check(`${first.slice(0, 3)} ${first.slice(3)}`)).toEqual(RIGHT)
  const fullWidth = [...second].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join('')
  expect(await check(fullWidth)).toEqual(RIGHT)
})

describe('recovery codes', () => {
  test('are ten of eighty bits, without letters that look alike', async (t) => {
    const { recoveryCodes } = await startEnrolled(t)
    expect(new Set(recoveryCodes).size).toBe(10)
    for (const code of recoveryCodes)
      expect(code).toMatch(/^(?:[0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/)
  })

  test('are good once each, however they are typed', async (t) => {
    const { recoveryCodes, recover } = await startEnrolled(t)
    const [one = '', two = '', three = ''] = recoveryCodes
    expect(await recover(one)).toEqual(RIGHT)
    expect(await recover(one)).toMatchObject(WRONG)
    expect(await recover(` ${two.toUpperCase().replaceAll('-', ' – ')} `)).toEqual(RIGHT)
    expect(await recover(two.replaceAll('-', ''))).toMatchObject(WRONG)
    expect(await recover(three.replaceAll('0', 'O').replaceAll('1', 'l').replaceAll('-', ''))).toEqual(RIGHT)
  })

  test('of sixteen equal ones at once one is right', async (t) => {
    const { recoveryCodes, recover } = await startEnrolled(t)
    const results = await Promise.all(Array.from({ length: 16 }, () => recover(recoveryCodes[0] ?? '')))
    expect(results.filter(({ isRight }) => isRight)).toHaveLength(1)
  })
})

describe('guesses', () => {
  test('four wrong ones of either kind do not lock, and a right one makes them forgotten', async (t) => {
    const { check, recover, secret, recoveryCodes, now } = await startEnrolled(t)
    const wrong = wrongCode(secret, now())
    for (const left of [4, 3]) expect(await check(wrong)).toMatchObject({ details: { values: [`${left}`] } })
    for (const left of [2, 1])
      expect(await recover('0000')).toMatchObject({ details: { values: [`${left}`] } })
    expect(await recover(recoveryCodes[0] ?? '')).toEqual(RIGHT)
    for (const left of [4, 3]) expect(await check(wrong)).toMatchObject({ details: { values: [`${left}`] } })
  })

  test('the fifth locks both kinds, for a quarter of an hour, the next time for twice as long', async (t) => {
    const { server, check, recover, secret, recoveryCodes, now } = await startEnrolled(t)
    const guessWrongly = async (times: number) => {
      for (let guess = 0; guess < times; guess++)
        expect(await check(wrongCode(secret, now()))).toMatchObject(WRONG)
    }
    await guessWrongly(4)
    expect(await check(wrongCode(secret, now()))).toMatchObject({
      ...LOCKED,
      details: { values: ['15', '0'], retryAfterSeconds: 900 },
    })
    expect(await recover(recoveryCodes[0] ?? '')).toMatchObject(LOCKED)
    server.clock.advance(15 * MINUTE - 1)
    expect(await check(codeAt(secret, now()))).toMatchObject({ ...LOCKED, details: { values: ['0', '1'] } })

    server.clock.advance(1)
    await guessWrongly(4)
    expect(await check(wrongCode(secret, now()))).toMatchObject({
      ...LOCKED,
      details: { values: ['30', '0'] },
    })
    server.clock.advance(30 * MINUTE)
    expect(await check(codeAt(secret, now()))).toEqual(RIGHT)
  })

  test('of sixteen wrong ones at once five are looked at', async (t) => {
    const { check, secret, now } = await startEnrolled(t)
    const wrong = wrongCode(secret, now())
    const results = await Promise.all(Array.from({ length: 16 }, () => check(wrong)))
    const because = results.map((result) => (result.isRight ? 'right' : result.because))
    expect(because.filter((each) => each === 'locked')).toHaveLength(11)
  })

  test('are counted for each user alone', async (t) => {
    const { server, check, secret, now } = await startEnrolled(t)
    for (let guess = 0; guess < 5; guess++) await check(wrongCode(secret, now()))
    const { db, vault } = server.deployment
    const other = { userId: 'somebody else', code: '000000' }
    const checked = await inTransaction(db, (tx) => checkTotp(tx, vault, other, now()))
    expect(checked).toMatchObject({ ...WRONG, details: { values: ['4'] } })
    expect(await server.count('password_guess')).toBe(2)
  })
})

test('what is removed is good for nothing, and a locked user begins anew', async (t) => {
  const { server, userId, check, recover, secret, recoveryCodes, now } = await startEnrolled(t)
  const { db, vault } = server.deployment
  for (let guess = 0; guess < 5; guess++) await check(wrongCode(secret, now()))

  const removed = await inTransaction(db, (tx) => removeFactors(tx, vault, userId))

  expect(removed).toEqual({ hadTotp: true, passkeys: 0, recoveryCodes: 10 })
  expect(await hasTotp(db, userId)).toBe(false)
  expect(await check(codeAt(secret, now()))).toMatchObject(WRONG)
  expect(await recover(recoveryCodes[0] ?? '')).toMatchObject(WRONG)
})
