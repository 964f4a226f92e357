import { expect, test } from 'vitest'
import { makeEventLoop } from '../../testing/event-loop.ts'
import { FEWEST_IN_LINE, LOOKS, SHARE_MS, WaitingLine } from './waiting-line.ts'

function openLine() {
  const loop = makeEventLoop()
  const line = new WaitingLine(loop)
  const served: number[] = []
  return {
    ...loop,
    served,
    /** So many come, each of whom takes so long. @returns for how many there is room */
    come(count: number, msEach: number): number {
      let joined = 0
      for (let index = 0; index < count; index++) {
        const isIn = line.join(() => {
          served.push(loop.now())
          loop.work(msEach)
        })
        if (isIn) joined += 1
      }
      return joined
    },
    /** Turns of the loop until somebody is served, and that one. @returns how many were served in it */
    round(): number {
      const before = served.length
      for (let turn = 0; turn < LOOKS + 1 && served.length === before; turn++) loop.turn()
      return served.length - before
    },
  }
}

test('the loop looks for what has come in before anybody is served', () => {
  const line = openLine()
  line.come(1, 1)
  for (let turn = 0; turn < LOOKS; turn++) line.turn()
  expect(line.served).toHaveLength(0)
  line.turn()
  expect(line.served).toHaveLength(1)
})

test('so many are served at a time as there is time for, and the others at the next, in their order', () => {
  const line = openLine()
  expect(line.come(FEWEST_IN_LINE + 1, SHARE_MS / 2)).toBe(FEWEST_IN_LINE)

  for (const left of [13, 10, 7, 4, 1]) {
    expect(line.round()).toBe(3)
    expect(line.served).toHaveLength(FEWEST_IN_LINE - left)
  }
  expect(line.round()).toBe(1)
  expect(line.served.toSorted((one, other) => one - other)).toEqual(line.served)
})

test('there is room for as many as can be served at a time, and never for fewer than a few', () => {
  const line = openLine()
  // They are quick: the room doubles until it is not all used.
  for (const room of [FEWEST_IN_LINE, FEWEST_IN_LINE * 2, FEWEST_IN_LINE * 4]) {
    expect(line.come(1_000, 0.1)).toBe(room)
    expect(line.round()).toBe(room)
  }
  // They are slow: as many as were served.
  line.come(1_000, SHARE_MS / 40)
  expect(line.round()).toBe(41)
  line.round()
  line.round()
  line.round()
  expect(line.come(1_000, SHARE_MS)).toBeLessThanOrEqual(41)
  while (line.round() > 0);
  expect(line.come(1_000, 1)).toBe(FEWEST_IN_LINE)
})

test('a line that has come to an end begins anew', () => {
  const line = openLine()
  line.come(1, 1)
  expect(line.round()).toBe(1)
  expect(line.round()).toBe(0)
  line.come(2, 1)
  expect(line.round()).toBe(2)
})
