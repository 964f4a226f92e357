import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { ACCEPTING_MS, acceptFirst } from './accept-first.ts'

/** A server in a loop that turns when it is told to. */
function openLoop() {
  const server = new EventEmitter()
  const served: string[] = []
  let now = 1_000_000
  let next: (() => void)[] = []
  const whenAccepted = acceptFirst(server, { now: () => now, afterTurn: (callback) => next.push(callback) })
  return {
    served,
    pass: (ms: number) => (now += ms),
    accept: () => server.emit('connection'),
    read: (name: string) => whenAccepted(() => served.push(name)),
    /** Ends a turn: what was put off until then is called, and may put off until the end of the next one. */
    turn(): void {
      const due = next
      next = []
      for (const call of due) call()
    },
    isAsleep: () => next.length === 0,
  }
}

test('a request on a connection that was there is served at once', () => {
  const loop = openLoop()
  loop.read('a')
  expect(loop.served).toEqual(['a'])
  expect(loop.isAsleep()).toBe(true)
})

test('requests are held as long as each turn finds another connection, and keep their order', () => {
  const loop = openLoop()
  for (const name of ['a', 'b', 'c']) {
    loop.accept()
    loop.read(name)
    loop.turn()
  }
  expect(loop.served).toEqual([])

  loop.turn()
  loop.read('d')
  expect(loop.served).toEqual([])
  loop.turn()
  expect(loop.served).toEqual(['a', 'b', 'c', 'd'])

  loop.read('e')
  expect(loop.served).toEqual(['a', 'b', 'c', 'd', 'e'])
  expect(loop.isAsleep()).toBe(true)
})

test('those who knock without end hold nobody up for longer than a moment', () => {
  const loop = openLoop()
  loop.accept()
  loop.read('a')
  loop.pass(ACCEPTING_MS - 1)
  loop.turn()
  loop.accept()
  loop.turn()
  expect(loop.served).toEqual([])

  loop.accept()
  loop.pass(1)
  loop.turn()
  loop.accept()
  loop.turn()
  expect(loop.served).toEqual(['a'])
})

test('a connection on which nothing is asked keeps the loop awake for two turns', () => {
  const loop = openLoop()
  loop.accept()
  loop.turn()
  expect(loop.isAsleep()).toBe(false)
  loop.turn()
  expect(loop.isAsleep()).toBe(true)
})
