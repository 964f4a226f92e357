import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Budget, giveBack, NOTHING_SPENT, spend, waitMs } from './budget.ts'

const MORNING = Date.UTC(2026, 0, 5, 8)

/** Moments between 0 and two seconds apart, at which somebody asks. */
const asks = fc.array(fc.nat(2000), { maxLength: 60 })

const budgets = fc.record({
  max: fc.integer({ min: 1, max: 8 }),
  perMs: fc.integer({ min: 1, max: 9000 }),
  grainMs: fc.constantFrom(1, 10, 500),
})

function budgetOf({ max, perMs, grainMs }: { max: number; perMs: number; grainMs: number }): Budget {
  return { name: 'test', grainMs, limits: [{ max, perMs }] }
}

/** Asks at each moment and takes when there is room. */
function takenAt(budget: Budget, gaps: readonly number[]): number[] {
  const taken: number[] = []
  let spending = NOTHING_SPENT
  let now = MORNING
  for (const gap of gaps) {
    now += gap
    if (waitMs(budget, spending, 1, now) > 0) continue
    spending = spend(budget, spending, 1, now)
    taken.push(now)
  }
  return taken
}

test('in no stretch of time is more taken than the limit', () => {
  fc.assert(
    fc.property(budgets, asks, (shape, gaps) => {
      const taken = takenAt(budgetOf(shape), gaps)
      for (const end of taken) {
        const within = taken.filter((moment) => moment > end - shape.perMs && moment <= end)
        expect(within.length).toBeLessThanOrEqual(shape.max)
      }
    }),
  )
})

test('with the exact grain nothing is refused that the limit allows', () => {
  fc.assert(
    fc.property(budgets, asks, (shape, gaps) => {
      const budget = budgetOf({ ...shape, grainMs: 1 })
      const taken = takenAt(budget, gaps)
      let now = MORNING
      for (const gap of gaps) {
        now += gap
        if (taken.includes(now)) continue
        const within = taken.filter((moment) => moment > now - shape.perMs && moment <= now)
        expect(within.length).toBe(shape.max)
      }
    }),
  )
})

test('after the time that it tells, there is room', () => {
  fc.assert(
    fc.property(budgets, asks, (shape, gaps) => {
      const budget = budgetOf(shape)
      let spending = NOTHING_SPENT
      let now = MORNING
      for (const gap of gaps) {
        now += gap
        const wait = waitMs(budget, spending, 1, now)
        expect(waitMs(budget, spending, 1, now + wait)).toBe(0)
        if (wait > 0) expect(waitMs(budget, spending, 1, now + wait - 1)).toBeGreaterThan(0)
        else spending = spend(budget, spending, 1, now)
      }
    }),
  )
})

test('the row of a budget stays small', () => {
  const budget: Budget = { name: 'test', grainMs: 600_000, limits: [{ max: 100_000, perMs: 86_400_000 }] }
  let spending = NOTHING_SPENT
  for (let minute = 0; minute < 5000; minute++)
    spending = spend(budget, spending, 1, MORNING + minute * 60_000)
  expect(spending.entries.length).toBeLessThanOrEqual(146)
})

test('giving one back ends what came in a row and frees one place', () => {
  const budget: Budget = {
    name: 'test',
    grainMs: 1,
    limits: [{ max: 2, perMs: 1000 }],
    inARow: { max: 2, forgottenAfterMs: 5000 },
  }
  const full = spend(budget, spend(budget, NOTHING_SPENT, 1, MORNING), 1, MORNING)
  expect(waitMs(budget, full, 1, MORNING)).toBe(5000)
  expect(waitMs(budget, giveBack(full), 1, MORNING)).toBe(0)
  expect(giveBack(full)).toEqual({ entries: [[MORNING, 1]], inARow: 0 })
})

describe('a budget of amounts', () => {
  const DAY = 86_400_000
  const budget: Budget = { name: 'test', grainMs: 1, limits: [{ max: 100, perMs: DAY }] }

  test('takes what fits exactly, and nothing of what does not', () => {
    const spending = spend(budget, NOTHING_SPENT, 60, MORNING)

    expect(waitMs(budget, spending, 40, MORNING)).toBe(0)
    expect(waitMs(budget, spending, 41, MORNING)).toBe(DAY)
    expect(waitMs(budget, spending, 41, MORNING + DAY - 1)).toBe(1)
    expect(waitMs(budget, spending, 41, MORNING + DAY)).toBe(0)
  })

  test('has never room for more than it holds', () => {
    expect(waitMs(budget, NOTHING_SPENT, 100, MORNING)).toBe(0)
    expect(waitMs(budget, NOTHING_SPENT, 101, MORNING)).toBeGreaterThan(0)
    expect(waitMs({ ...budget, limits: [{ max: 0, perMs: 1 }] }, NOTHING_SPENT, 1, MORNING)).toBe(1)
    expect(waitMs({ ...budget, limits: [{ max: 0, perMs: 1 }] }, NOTHING_SPENT, 0, MORNING)).toBe(0)
  })

  test('in no stretch of time is more spent than the limit', () => {
    const purchases = fc.array(fc.record({ gap: fc.nat(2000), amount: fc.integer({ min: 1, max: 12 }) }), {
      maxLength: 60,
    })
    fc.assert(
      fc.property(budgets, purchases, (shape, wanted) => {
        const bought: { at: number; amount: number }[] = []
        const tight = budgetOf({ ...shape, max: shape.max * 3 })
        let spending = NOTHING_SPENT
        let now = MORNING
        for (const { gap, amount } of wanted) {
          now += gap
          if (waitMs(tight, spending, amount, now) > 0) continue
          spending = spend(tight, spending, amount, now)
          bought.push({ at: now, amount })
        }
        for (const { at: end } of bought) {
          const within = bought.filter(({ at }) => at > end - shape.perMs && at <= end)
          const sum = within.reduce((total, { amount }) => total + amount, 0)
          expect(sum).toBeLessThanOrEqual(shape.max * 3)
        }
      }),
    )
  })
})
