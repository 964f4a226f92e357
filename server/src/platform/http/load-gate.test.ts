import { expect, test } from 'vitest'
import { BUDGET_MS, CALM_MS, IDLE_MS, LATE_MS, LoadGate, MOST_WAITING, PATIENCE_MS } from './load-gate.ts'

/** An event loop of which each turn finds some requests, and takes so long for each. */
function openLoop() {
  let now = 1_000_000
  let idle = 0
  let waiting = 0
  let endTurn: (() => void) | undefined
  const gate = new LoadGate({
    now: () => now,
    idle: () => idle,
    afterTurn: (callback) => {
      endTurn = callback
    },
    waiting: () => waiting,
  })
  return {
    /** Nothing happens. */
    rest(ms: number) {
      now += ms
      idle += ms
    },
    /** Something happens that is no request. */
    work: (ms: number) => (now += ms),
    wait: (callers: number) => (waiting = callers),
    /** @returns how many of so many requests are served */
    turn(requests: number, msEach: number): number {
      let served = 0
      for (let index = 0; index < requests; index++) {
        if (!gate.admits()) continue
        served += 1
        now += msEach
      }
      endTurn?.()
      return served
    },
  }
}

/**
 * Turns with so many requests of a millisecond, for so long.
 *
 * @returns how many of them were turned away
 */
function keepBusy(loop: ReturnType<typeof openLoop>, turnMs: number, forMs: number): number {
  let refused = 0
  for (let ms = 0; ms < forMs; ms += turnMs) refused += turnMs - loop.turn(turnMs, 1)
  return refused
}

test('a burst is served, however large', () => {
  const loop = openLoop()
  expect(loop.turn(PATIENCE_MS * 3, 1)).toBe(PATIENCE_MS * 3)
  // The next turn finds nobody but those who have come meanwhile.
  expect(loop.turn(10, 1)).toBe(10)
})

test('turns that are just not late may go on for ever', () => {
  const loop = openLoop()
  expect(keepBusy(loop, LATE_MS, PATIENCE_MS * 10)).toBe(0)
})

test('when turns stay late, what they do not come to in time is turned away', () => {
  const loop = openLoop()
  keepBusy(loop, LATE_MS + 1, PATIENCE_MS)

  expect(loop.turn(LATE_MS, 1)).toBe(BUDGET_MS + 1)
  expect(loop.turn(LATE_MS, 1)).toBe(BUDGET_MS + 1)
  expect(loop.turn(BUDGET_MS, 1)).toBe(BUDGET_MS)
})

test('what a burst has left behind is forgotten once the loop had nothing to do', () => {
  const hadNothingToDoFor = (restMs: number): number => {
    const loop = openLoop()
    keepBusy(loop, LATE_MS + 1, PATIENCE_MS - LATE_MS)
    loop.rest(restMs)
    loop.turn(LATE_MS + 1, 1)
    return loop.turn(100, 1)
  }
  expect(hadNothingToDoFor(3_600_000)).toBe(100)
  expect(hadNothingToDoFor(IDLE_MS)).toBe(100)
  expect(hadNothingToDoFor(IDLE_MS - 1)).toBe(BUDGET_MS + 1)
})

test('what is no request keeps requests waiting as well', () => {
  const refusedBeside = (ms: number): number => {
    const loop = openLoop()
    let served = 0
    for (let turn = 0; turn < 4; turn++) {
      served = loop.turn(BUDGET_MS * 2, 1)
      loop.work(ms)
    }
    return BUDGET_MS * 2 - served
  }
  expect(refusedBeside(LATE_MS - BUDGET_MS * 2)).toBe(0)
  expect(refusedBeside(LATE_MS - BUDGET_MS * 2 + 1)).toBe(BUDGET_MS - 1)
})

test('a turn in time begins the patience anew', () => {
  const loop = openLoop()
  keepBusy(loop, LATE_MS + 1, PATIENCE_MS - LATE_MS)
  loop.turn(1, 1)
  expect(keepBusy(loop, LATE_MS + 1, PATIENCE_MS - LATE_MS)).toBe(0)
})

test('a moment after the last one was turned away everything is as usual', () => {
  const loop = openLoop()
  keepBusy(loop, LATE_MS + 1, PATIENCE_MS)
  expect(loop.turn(LATE_MS, 1)).toBe(BUDGET_MS + 1)

  loop.rest(CALM_MS - BUDGET_MS * 2)
  expect(loop.turn(LATE_MS, 1)).toBe(BUDGET_MS + 1)
  loop.rest(CALM_MS)
  expect(loop.turn(LATE_MS, 1)).toBe(LATE_MS)
})

test('too many who wait for the database are too much as well, one less is not', () => {
  const loop = openLoop()
  const passPatience = () => {
    for (let ms = 0; ms <= PATIENCE_MS; ms += 10) {
      loop.rest(10)
      loop.turn(1, 0)
    }
  }
  loop.wait(MOST_WAITING)
  passPatience()
  expect(loop.turn(10, 0)).toBe(10)
  loop.wait(MOST_WAITING + 1)
  passPatience()
  expect(loop.turn(10, 0)).toBe(0)
})
