import { PICTURE } from './size.ts'

/** Three bytes a pixel, row by row. */
export type Pixels = Uint8ClampedArray

type Colour = readonly [red: number, green: number, blue: number]

const SHAPES = 34
const WAVES = 5

// What is drawn here may be guessed; where the hole is may not, and is drawn from elsewhere.
const between = (from: number, to: number): number => from + Math.random() * (to - from)
const colour = (): Colour => [between(10, 245), between(10, 245), between(10, 245)]

/** Draws a picture of waves and overlapping forms, light and dark, with edges everywhere. */
export function drawBackground(): Pixels {
  const pixels = new Uint8ClampedArray(PICTURE.width * PICTURE.height * 3)
  drawWaves(pixels)
  for (let index = 0; index < SHAPES; index++) drawForm(pixels)
  return pixels
}

function drawWaves(pixels: Pixels): void {
  const from = colour()
  const to = colour()
  const waves = Array.from({ length: WAVES }, () => ({
    x: between(-0.09, 0.09),
    y: between(-0.09, 0.09),
    phase: between(0, 6.3),
  }))
  let at = 0
  for (let y = 0; y < PICTURE.height; y++) {
    for (let x = 0; x < PICTURE.width; x++) {
      let sum = 0
      for (const wave of waves) sum += Math.sin(wave.x * x + wave.y * y + wave.phase)
      const part = 0.5 + sum / (2 * WAVES)
      pixels[at++] = from[0] + (to[0] - from[0]) * part
      pixels[at++] = from[1] + (to[1] - from[1]) * part
      pixels[at++] = from[2] + (to[2] - from[2]) * part
    }
  }
}

/** An ellipse or a box, turned, half transparent. Some are as large as the hole and as dark. */
function drawForm(pixels: Pixels): void {
  const centre = { x: between(0, PICTURE.width), y: between(0, PICTURE.height) }
  const half = { x: between(7, 36), y: between(7, 36) }
  const angle = between(0, Math.PI)
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const isRound = Math.random() < 0.5
  const paint = colour()
  const strength = between(0.25, 0.75)
  const reach = Math.ceil(Math.hypot(half.x, half.y))
  const top = Math.max(0, Math.floor(centre.y - reach))
  const bottom = Math.min(PICTURE.height - 1, Math.ceil(centre.y + reach))
  const left = Math.max(0, Math.floor(centre.x - reach))
  const right = Math.min(PICTURE.width - 1, Math.ceil(centre.x + reach))
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const across = Math.abs((x - centre.x) * cos + (y - centre.y) * sin) / half.x
      const along = Math.abs((y - centre.y) * cos - (x - centre.x) * sin) / half.y
      if ((isRound ? across * across + along * along : Math.max(across, along)) > 1) continue
      mix(pixels, (y * PICTURE.width + x) * 3, paint, strength)
    }
  }
}

/** Lays a colour over a pixel. */
function mix(pixels: Pixels, at: number, [red, green, blue]: Colour, strength: number): void {
  const kept = 1 - strength
  pixels[at] = (pixels[at] ?? 0) * kept + red * strength
  pixels[at + 1] = (pixels[at + 1] ?? 0) * kept + green * strength
  pixels[at + 2] = (pixels[at + 2] ?? 0) * kept + blue * strength
}
