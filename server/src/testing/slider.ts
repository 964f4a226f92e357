import { PNG } from 'pngjs'
import { z } from 'zod'
import type { MiniProgram, Reply } from './mini-program.ts'

const sliderSchema = z.object({
  secretKey: z.string(),
  originalImageBase64: z.string(),
  jigsawImageBase64: z.string(),
  token: z.string(),
})

/** A slider as a client has it. */
export interface ShownSlider extends z.infer<typeof sliderSchema> {
  /** Where the piece belongs, as the pictures show it. */
  readonly x: number
}

/** Asks for a slider and looks at it. */
export async function seeSlider(program: MiniProgram): Promise<ShownSlider> {
  const { body } = await program.call('captcha', { method: 'GET' })
  const slider = sliderSchema.parse(body)
  return { ...slider, x: findHole(slider.originalImageBase64, slider.jigsawImageBase64) }
}

/** Puts the piece somewhere, for a code to this address. */
export function verifySlider(
  program: MiniProgram,
  { token }: Pick<ShownSlider, 'token'>,
  x: number,
  sender: string,
): Promise<Reply> {
  return program.call('captcha/verify', { body: { token, sender, point_json: pointJson(x) } })
}

/** As the documented clients write it. */
export function pointJson(x: number): string {
  return `{"x":${x.toFixed(1)},"y":5.0}`
}

/** @returns the credential for one code to this address */
export async function passSlider(program: MiniProgram, sender: string): Promise<string> {
  const slider = await seeSlider(program)
  const { body, text } = await verifySlider(program, slider, slider.x, sender)
  const { captcha_token: credential } = body
  if (typeof credential !== 'string') throw new Error(`the slider was not accepted: ${text}`)
  return credential
}

/**
 * Finds where the picture shows a hole of the piece's shape with the piece's colours, lighter or darker, as a
 * person does.
 */
export function findHole(picture: string, piece: string): number {
  const whole = PNG.sync.read(Buffer.from(picture, 'base64'))
  const strip = PNG.sync.read(Buffer.from(piece, 'base64'))
  const inside = Array.from({ length: strip.width * strip.height }, (_, index) => index).filter(
    (index) => alphaAt(strip, index) === 255,
  )
  const rim = inside.flatMap((index) =>
    [-2, 2, -2 * strip.width, 2 * strip.width]
      .filter((step) => alphaAt(strip, index + step) === 0)
      .map((step) => [index, index + step] as const),
  )
  let best = { x: 0, score: -1 }
  for (let x = 0; x <= whole.width - strip.width; x++) {
    const score = (1 + likenessAt(whole, strip, inside, x)) * stepAt(whole, strip, rim, x)
    if (score > best.score) best = { x, score }
  }
  return best.x
}

function alphaAt(strip: PNG, index: number): number {
  return strip.data[index * 4 + 3] ?? 0
}

/** A pixel of the picture under this one of the strip. */
function under(whole: PNG, strip: PNG, index: number, x: number): number {
  return (Math.floor(index / strip.width) * whole.width + x + (index % strip.width)) * 4
}

/** The mean correlation of the three colours, from -1 to 1. */
function likenessAt(whole: PNG, strip: PNG, inside: readonly number[], x: number): number {
  let sum = 0
  for (let channel = 0; channel < 3; channel++) {
    sum += correlation(
      inside.map((index) => [
        strip.data[index * 4 + channel] ?? 0,
        whole.data[under(whole, strip, index, x) + channel] ?? 0,
      ]),
    )
  }
  return sum / 3
}

/** How much lighter or darker it is inside the rim than outside, all around. */
function stepAt(whole: PNG, strip: PNG, rim: readonly (readonly [number, number])[], x: number): number {
  const light = (index: number): number => {
    const at = under(whole, strip, index, x)
    return (whole.data[at] ?? 0) + (whole.data[at + 1] ?? 0) + (whole.data[at + 2] ?? 0)
  }
  const steps = rim.map(([inner, outer]) => light(inner) - light(outer))
  const mean = meanOf(steps)
  const spread = Math.sqrt(meanOf(steps.map((step) => (step - mean) ** 2)))
  return Math.abs(mean) / (spread + 30)
}

function correlation(pairs: readonly (readonly [number, number])[]): number {
  const [one, other] = [meanOf(pairs.map(([first]) => first)), meanOf(pairs.map(([, second]) => second))]
  let [together, first, second] = [0, 0, 0]
  for (const [a, b] of pairs) {
    together += (a - one) * (b - other)
    first += (a - one) ** 2
    second += (b - other) ** 2
  }
  return first === 0 || second === 0 ? 0 : together / Math.sqrt(first * second)
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length
}
