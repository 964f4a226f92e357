import { PNG } from 'pngjs'
import { expect, test } from 'vitest'
import { findHole } from '../testing/slider.ts'
import { makePuzzle, type Puzzle } from './picture/puzzle.ts'

const TOLERANCE = 5

async function makePuzzles(count: number): Promise<Puzzle[]> {
  const puzzles: Puzzle[] = []
  for (let index = 0; index < count; index++) puzzles.push(await makePuzzle())
  return puzzles
}

const isFound = (puzzle: Puzzle, x: number) => Math.abs(x - puzzle.x) <= TOLERANCE

test('whoever compares the piece with the picture finds its place', async () => {
  const puzzles = await makePuzzles(20)

  const found = puzzles.filter((puzzle) =>
    isFound(puzzle, findHole(puzzle.picture.toString('base64'), puzzle.strip.toString('base64'))),
  )
  expect(found.length).toBe(20)
}, 60_000)

/** For each place of the strip, how far the mean light under the square differs from that around it. */
function contrasts(png: PNG): number[] {
  const light = Array.from({ length: png.width }, (_, x) => {
    let sum = 0
    for (let y = 0; y < png.height; y++) {
      for (let channel = 0; channel < 3; channel++) sum += png.data[(y * png.width + x) * 4 + channel] ?? 0
    }
    return sum
  })
  return Array.from({ length: png.width - 47 }, (_, x) => {
    const under = light.slice(x + 8, x + 40).reduce((sum, each) => sum + each, 0) / 32
    const beside = [...light.slice(Math.max(0, x - 12), x + 8), ...light.slice(x + 40, x + 59)]
    return under - beside.reduce((sum, each) => sum + each, 0) / beside.length
  })
}

/** For each place of the strip, how much the columns change where the body of a piece begins and ends. */
function edges(png: PNG): number[] {
  const change = Array.from({ length: png.width }, (_, x) => {
    let sum = 0
    if (x === 0) return sum
    for (let y = 0; y < png.height; y++) {
      const at = (y * png.width + x) * 4
      for (let channel = 0; channel < 3; channel++) {
        sum += Math.abs((png.data[at + channel] ?? 0) - (png.data[at - 4 + channel] ?? 0))
      }
    }
    return sum
  })
  return Array.from({ length: png.width - 47 }, (_, x) => (change[x + 8] ?? 0) + (change[x + 40] ?? 0))
}

const placeOf = (values: readonly number[], best: number) => values.indexOf(best)

test.for([
  ['the darkest stripe', (png: PNG) => placeOf(contrasts(png), Math.min(...contrasts(png)))],
  ['the lightest stripe', (png: PNG) => placeOf(contrasts(png), Math.max(...contrasts(png)))],
  ['the strongest pair of edges', (png: PNG) => placeOf(edges(png), Math.max(...edges(png)))],
] as const)('%s is seldom the hole', async ([, guess]) => {
  const puzzles = await makePuzzles(60)

  const found = puzzles.filter((puzzle) => isFound(puzzle, guess(PNG.sync.read(puzzle.picture))))
  expect(found.length).toBeLessThan(25)
})

test('no two pictures are alike, and holes are everywhere', async () => {
  const puzzles = await makePuzzles(40)

  expect(new Set(puzzles.map(({ picture }) => picture.toString('base64'))).size).toBe(40)
  expect(new Set(puzzles.map(({ x }) => x)).size).toBeGreaterThan(25)
  for (const { x } of puzzles) expect([x >= 59, x <= 263]).toEqual([true, true])
})

test('the pictures have the size that clients scale by, and the piece is cut out', async () => {
  const { picture, strip } = await makePuzzle()
  const [whole, piece] = [PNG.sync.read(picture), PNG.sync.read(strip)]
  const alphas = Array.from({ length: piece.width * piece.height }, (_, index) => piece.data[index * 4 + 3])

  expect([whole.width, whole.height, piece.width, piece.height]).toEqual([310, 155, 47, 155])
  expect(alphas.filter((alpha) => alpha === 255).length).toBeGreaterThan(600)
  expect(alphas.filter((alpha) => alpha === 0).length).toBeGreaterThan(4500)
})
