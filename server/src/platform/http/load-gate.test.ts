import { expect, test } from 'vitest'
import { makeEventLoop } from '../../testing/event-loop.ts'
import { CALM_MS, IDLE_MS, LATE_MS, LoadGate, MOST_WAITING, PATIENCE_MS } from './load-gate.ts'
import { FEWEST_IN_LINE } from './waiting-line.ts'

function openLoop() {
  const loop = makeEventLoop()
  const gate = new LoadGate(loop)
  return {
    ...loop,
    /** A turn that finds so many requests of so many milliseconds. @returns how many are turned away */
    find(requests: number, msEach: number): number {
      let turnedAway = 0
      for (let index = 0; index < requests; index++) {
        if (!gate.take(() => loop.work(msEach))) turnedAway += 1
      }
      loop.turn()
      return turnedAway
    },
  }
}

/**
 * Turns with so many requests of a millisecond, for so long.
 *
 * @returns how many of them were turned away
 */
function keepBusy(loop: ReturnType<typeof openLoop>, turnMs: number, forMs: number): number {
  let turnedAway = 0
  for (let ms = 0; ms < forMs; ms += turnMs) turnedAway += loop.find(turnMs, 1)
  return turnedAway
}

/** So many of a hundred are turned away at least when there is too much to do. */
const OVERFLOW = 100 - FEWEST_IN_LINE

test('a burst is served, however large', () => {
  const loop = openLoop()
  const beganAt = loop.now()
  expect(loop.find(PATIENCE_MS * 3, 1)).toBe(0)
  expect(loop.now() - beganAt).toBe(PATIENCE_MS * 3)
  // The next turn finds nobody but those who have come meanwhile.
  expect(loop.find(10, 1)).toBe(0)
})

test('turns that are just not late may go on for ever', () => {
  expect(keepBusy(openLoop(), LATE_MS, PATIENCE_MS * 10)).toBe(0)
})

test('when turns stay late, those for whom there is no room are turned away, and nobody is served at once', () => {
  const loop = openLoop()
  keepBusy(loop, LATE_MS + 1, PATIENCE_MS)
  const at = loop.now()

  expect(loop.find(100, 1)).toBeGreaterThanOrEqual(OVERFLOW)
  expect(loop.now()).toBe(at)
})

test('what a burst has left behind is forgotten once the loop had nothing to do', () => {
  const turnedAwayAfter = (restMs: number): number => {
    const loop = openLoop()
    keepBusy(loop, LATE_MS + 1, PATIENCE_MS - LATE_MS)
    loop.rest(restMs)
    loop.find(LATE_MS + 1, 1)
    return loop.find(100, 1)
  }
  expect(turnedAwayAfter(3_600_000)).toBe(0)
  expect(turnedAwayAfter(IDLE_MS)).toBe(0)
  expect(turnedAwayAfter(IDLE_MS - 1)).toBeGreaterThanOrEqual(OVERFLOW)
})

test('what is no request keeps requests waiting as well', () => {
  const turnedAwayBeside = (ms: number): number => {
    const loop = openLoop()
    let turnedAway = 0
    for (let turn = 0; turn < 4; turn++) {
      turnedAway = loop.find(100, 0)
      loop.work(ms)
    }
    return turnedAway
  }
  expect(turnedAwayBeside(LATE_MS)).toBe(0)
  expect(turnedAwayBeside(LATE_MS + 1)).toBeGreaterThanOrEqual(OVERFLOW)
})

test('a turn in time begins the patience anew', () => {
  const loop = openLoop()
  keepBusy(loop, LATE_MS + 1, PATIENCE_MS - LATE_MS)
  loop.find(1, 1)
  expect(keepBusy(loop, LATE_MS + 1, PATIENCE_MS - LATE_MS)).toBe(0)
})

test('a moment after the last one was turned away everything is as usual', () => {
  const turnedAwayAfter = (restMs: number): number => {
    const loop = openLoop()
    keepBusy(loop, LATE_MS + 1, PATIENCE_MS)
    loop.find(FEWEST_IN_LINE + 1, 0)
    loop.rest(restMs)
    return loop.find(100, 0)
  }
  // Those in line have not moved on yet.
  expect(turnedAwayAfter(CALM_MS - 1)).toBe(100)
  expect(turnedAwayAfter(CALM_MS)).toBe(0)
})

test('too many who wait for the database are too much as well, one less is not', () => {
  const turnedAwayWith = (callers: number): number => {
    const loop = openLoop()
    loop.wait(callers)
    for (let ms = 0; ms <= PATIENCE_MS; ms += 10) {
      loop.rest(10)
      loop.find(1, 0)
    }
    return loop.find(10, 0)
  }
  expect(turnedAwayWith(MOST_WAITING)).toBe(0)
  expect(turnedAwayWith(MOST_WAITING + 1)).toBe(10)
})
