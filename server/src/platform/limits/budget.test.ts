import fc from 'fast-check'
import { expect, test } from 'vitest'
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
    if (waitMs(budget, spending, now) > 0) continue
    spending = spend(budget, spending, now)
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
        const wait = waitMs(budget, spending, now)
        expect(waitMs(budget, spending, now + wait)).toBe(0)
        if (wait > 0) expect(waitMs(budget, spending, now + wait - 1)).toBeGreaterThan(0)
        else spending = spend(budget, spending, now)
      }
    }),
  )
})

test('the row of a budget stays small', () => {
  const budget: Budget = { name: 'test', grainMs: 600_000, limits: [{ max: 100_000, perMs: 86_400_000 }] }
  let spending = NOTHING_SPENT
  for (let minute = 0; minute < 5000; minute++) spending = spend(budget, spending, MORNING + minute * 60_000)
  expect(spending.entries.length).toBeLessThanOrEqual(146)
})

test('giving one back ends what came in a row and frees one place', () => {
  const budget: Budget = {
    name: 'test',
    grainMs: 1,
    limits: [{ max: 2, perMs: 1000 }],
    inARow: { max: 2, forgottenAfterMs: 5000 },
  }
  const full = spend(budget, spend(budget, NOTHING_SPENT, MORNING), MORNING)
  expect(waitMs(budget, full, MORNING)).toBe(5000)
  expect(waitMs(budget, giveBack(full), MORNING)).toBe(0)
  expect(giveBack(full)).toEqual({ entries: [[MORNING, 1]], inARow: 0 })
})
