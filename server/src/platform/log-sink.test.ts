import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openPipe, type Pipe } from '../testing/pipe.ts'
import { slowness } from '../testing/slowness.ts'
import { openLogSink, type LogSink } from './log-sink.ts'

/** A pipe holds no whole number of them. */
const LINE_SIZE = 1000
const MEBIBYTE_OF_LINES = 1049

function lineOf(number: number): string {
  return `${String(number).padEnd(LINE_SIZE - 1, '.')}\n`
}

function openSink(pipe: Pipe) {
  const told: number[] = []
  const sink = openLogSink(pipe.writer, (lost) => {
    told.push(lost)
    sink.write(`${lost} lost\n`)
  })
  return { sink, told }
}

/** Reads until everything has come through. */
async function drain(sink: LogSink, pipe: Pipe): Promise<string[]> {
  let text = ''
  const flushed = sink.flush(10_000).then(() => true)
  while (!(await Promise.race([flushed, setImmediate(false)]))) text += pipe.read()
  text += pipe.read()
  expect(text).toMatch(/\n$/)
  return text.split('\n').slice(0, -1)
}

test('lines come through in order, however many at once', async (t) => {
  const pipe = openPipe(t, { waits: true })
  const { sink, told } = openSink(pipe)
  for (let number = 0; number < 1_000; number++) sink.write(lineOf(number))

  const lines = await drain(sink, pipe)

  expect(lines.map((line) => Number.parseInt(line, 10))).toEqual(Array.from({ length: 1_000 }, (_, at) => at))
  expect([sink.lost, told]).toEqual([0, []])
})

test.for([true, false])(
  'a reader who stops costs nothing but the lines beyond a mebibyte',
  async (waits, t) => {
    const pipe = openPipe(t, { waits })
    const { sink, told } = openSink(pipe)
    sink.write(lineOf(0))
    expect(await sink.flush(10_000)).toBe(true)
    const startedAt = performance.now()
    for (let number = 1; number <= 2 * MEBIBYTE_OF_LINES; number++) sink.write(lineOf(number))
    expect(performance.now() - startedAt).toBeLessThan(1_000 * slowness)
    expect(await sink.flush(50)).toBe(false)
    const { lost } = sink
    expect(lost).toBeGreaterThan(MEBIBYTE_OF_LINES / 2)
    expect(lost).toBeLessThanOrEqual(MEBIBYTE_OF_LINES)

    const lines = await drain(sink, pipe)

    // All that were not lost, whole and in order, and then how many were.
    expect(lines.at(-1)).toBe(`${lost} lost`)
    expect(told).toEqual([lost])
    expect(lines.slice(0, -1)).toEqual(
      Array.from({ length: 2 * MEBIBYTE_OF_LINES + 1 - lost }, (_, number) => lineOf(number).trimEnd()),
    )
  },
)

test('a reader who goes away in the midst of a line finds the next one whole when he comes back', async (t) => {
  const pipe = openPipe(t, { waits: false })
  const { sink, told } = openSink(pipe)
  for (let number = 0; number < 200; number++) sink.write(lineOf(number))
  expect(await sink.flush(50)).toBe(false)
  pipe.closeReader()
  expect(await sink.flush(10_000)).toBe(true)
  const { lost } = sink
  expect(lost).toBeGreaterThan(0)
  sink.write('nobody reads this\n')
  expect(await sink.flush(10_000)).toBe(true)
  expect(sink.lost).toBe(lost + 1)

  pipe.openReader()
  sink.write('this is read\n')
  const lines = await drain(sink, pipe)

  expect(lines.slice(-2)).toEqual(['this is read', `${lost + 1} lost`])
  const [brokenOff = '', ...whole] = lines.slice(0, -2).toReversed()
  expect(brokenOff.length).toBeLessThan(LINE_SIZE - 1)
  for (const line of whole) expect(line).toHaveLength(LINE_SIZE - 1)
  expect(told).toEqual([lost + 1])
})
