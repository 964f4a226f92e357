import { randomInt } from 'node:crypto'
import { setImmediate as otherWork } from 'node:timers/promises'
import { drawBackground, type Pixels } from './background.ts'
import { encodeColours, encodeWithAlpha } from './encode.ts'
import { BOX, type Coverage, drawShapes } from './shape.ts'
import { PICTURE, STRIP } from './size.ts'

/** A picture with a hole, and the piece that fits. */
export interface Puzzle {
  /** PNG of 310 by 155 pixels. */
  readonly picture: Buffer
  /** PNG of 47 by 155 pixels, transparent around the piece. */
  readonly strip: Buffer
  /** Where the left edge of the strip belongs, in pixels of the picture. */
  readonly x: number
}

interface Place {
  readonly x: number
  readonly y: number
}

const DECOYS = 2
/** The strip begins at the left, and must be moved. */
const LEFTMOST = BOX + 12
/** How far apart a hole and a decoy are at least: what belongs into one is never accepted in the other. */
const APART = BOX + 3

/** Backgrounds are drawn once for a few pictures, which do not look alike: each is turned and recoloured. */
const SHARED_BY = 12
let backgrounds: { readonly pixels: Pixels; uses: number }[] = []
const KEPT = 6

/** Makes a new puzzle. No step of it holds the process up for more than a few milliseconds. */
export async function makePuzzle(): Promise<Puzzle> {
  const whole = vary(await takeBackground())
  const places = choosePlaces()
  const shapes = drawShapes(places.length)
  const [place = { x: 0, y: 0 }] = places
  const [shape = new Float32Array(BOX * BOX)] = shapes
  const strip = cutPiece(whole, shape, place)
  for (const [index, each] of places.entries()) shade(whole, shapes[index] ?? shape, each)
  addNoise(whole)
  await otherWork()
  return {
    picture: await encodeColours(whole, PICTURE),
    strip: await encodeWithAlpha(strip, STRIP),
    x: place.x,
  }
}

async function takeBackground(): Promise<Pixels> {
  const chosen = randomInt(KEPT)
  const kept = backgrounds[chosen]
  if (kept !== undefined && kept.uses < SHARED_BY) {
    kept.uses++
    return kept.pixels
  }
  const pixels = drawBackground()
  backgrounds = [...backgrounds.filter((background) => background !== kept), { pixels, uses: 1 }].slice(-KEPT)
  await otherWork()
  return pixels
}

/** The same picture mirrored at random, with its colours exchanged and some turned into their opposite. */
function vary(pixels: Pixels): Pixels {
  const { width, height } = PICTURE
  const varied = new Uint8ClampedArray(pixels.length)
  const [isMirrored, isUpsideDown] = [randomInt(2) === 1, randomInt(2) === 1]
  const first = randomInt(3)
  const [second, third] = [(first + 1) % 3, (first + 2) % 3]
  const [red, green, blue] = [255 * randomInt(2), 255 * randomInt(2), 255 * randomInt(2)]
  let at = 0
  for (let y = 0; y < height; y++) {
    const row = (isUpsideDown ? height - 1 - y : y) * width
    for (let x = 0; x < width; x++) {
      const from = (row + (isMirrored ? width - 1 - x : x)) * 3
      varied[at++] = Math.abs((pixels[from + first] ?? 0) - red)
      varied[at++] = Math.abs((pixels[from + second] ?? 0) - green)
      varied[at++] = Math.abs((pixels[from + third] ?? 0) - blue)
    }
  }
  return varied
}

/** The hole first, then the decoys. */
function choosePlaces(): Place[] {
  const places: Place[] = []
  while (places.length <= DECOYS) {
    const place = {
      x: randomInt(places.length === 0 ? LEFTMOST : 0, PICTURE.width - BOX),
      y: randomInt(0, PICTURE.height - BOX),
    }
    if (places.every(({ x, y }) => Math.abs(x - place.x) >= APART || Math.abs(y - place.y) >= APART)) {
      places.push(place)
    }
  }
  return places
}

/** Four bytes a pixel. */
function cutPiece(whole: Pixels, shape: Coverage, place: Place): Uint8ClampedArray {
  const strip = new Uint8ClampedArray(STRIP.width * STRIP.height * 4)
  // A piece that has exactly the colours of the picture can be found by looking for them.
  const light = randomInt(-14, 15)
  for (let y = 0; y < BOX; y++) {
    for (let x = 0; x < BOX; x++) {
      const covered = shape[y * BOX + x] ?? 0
      // What is around the hole stands unshaded in the picture: under a transparent pixel it would give it away.
      if (covered === 0) continue
      const from = ((place.y + y) * PICTURE.width + place.x + x) * 3
      const to = ((place.y + y) * STRIP.width + x) * 4
      const grain = light + Math.random() * 16 - 8
      for (let channel = 0; channel < 3; channel++) strip[to + channel] = (whole[from + channel] ?? 0) + grain
      strip[to + 3] = covered * 255
    }
  }
  return strip
}

/** Darkens or lightens what a shape covers, more here and less there. */
function shade(pixels: Pixels, shape: Coverage, place: Place): void {
  const target = randomInt(2) === 0 ? 0 : 255
  const strength = 0.38 + Math.random() * 0.14
  const slope = { x: (Math.random() - 0.5) * 0.006, y: (Math.random() - 0.5) * 0.006 }
  for (let y = 0; y < BOX; y++) {
    for (let x = 0; x < BOX; x++) {
      const covered = shape[y * BOX + x] ?? 0
      if (covered === 0) continue
      const part = covered * (strength + slope.x * (x - BOX / 2) + slope.y * (y - BOX / 2))
      const at = ((place.y + y) * PICTURE.width + place.x + x) * 3
      const grain = (Math.random() - 0.5) * 24 * covered
      for (let channel = 0; channel < 3; channel++) {
        const old = pixels[at + channel] ?? 0
        pixels[at + channel] = old + (target - old) * part + grain
      }
    }
  }
}

/** On some pixels only: noise is what makes a PNG large. */
function addNoise(pixels: Pixels): void {
  for (let at = 0; at < pixels.length; at += 3 * (1 + Math.floor(Math.random() * 14))) {
    const grain = (Math.random() - 0.5) * 60
    for (let channel = 0; channel < 3; channel++) pixels[at + channel] = (pixels[at + channel] ?? 0) + grain
  }
}
