import { randomInt } from 'node:crypto'
import { STRIP } from './size.ts'

/** The side of the square that a piece and its hole are drawn in. */
export const BOX = STRIP.width
const BODY_FROM = 8
const BODY_TO = 39
const KNOB_RADIUS = 6

/** A side of a piece: a dent, straight, or a knob. */
type Side = -1 | 0 | 1
const SIDES = [-1, 0, 1] as const

/** How much of each pixel of the box a shape covers, from 0 to 1, row by row. */
export type Coverage = Float32Array

/**
 * Draws jigsaw pieces, no two of them alike.
 *
 * @param count at most ten
 */
export function drawShapes(count: number): Coverage[] {
  const kinds = new Map<string, Side[]>()
  while (kinds.size < count) {
    const sides = Array.from({ length: 4 }, () => SIDES[randomInt(SIDES.length)] ?? 0)
    // A plain square is found by its straight edges.
    if (sides.filter((side) => side !== 0).length >= 2) kinds.set(sides.join(), sides)
  }
  return [...kinds.values()].map(cover)
}

function cover(sides: readonly Side[]): Coverage {
  const middle = (BODY_FROM + BODY_TO) / 2
  const knobs = [
    [middle, BODY_FROM],
    [BODY_TO, middle],
    [middle, BODY_TO],
    [BODY_FROM, middle],
  ].map(([x = 0, y = 0], index) => ({ x, y, side: sides[index] ?? 0 }))
  const coverage = new Float32Array(BOX * BOX)
  for (let y = 0; y < BOX; y++) {
    for (let x = 0; x < BOX; x++) {
      coverage[y * BOX + x] = Math.min(1, Math.max(0, 0.5 - distance(x, y, knobs)))
    }
  }
  return coverage
}

/** Negative inside the shape, in pixels. */
function distance(
  x: number,
  y: number,
  knobs: readonly { readonly x: number; readonly y: number; readonly side: Side }[],
): number {
  let nearest = Math.max(BODY_FROM - x, x - BODY_TO, BODY_FROM - y, y - BODY_TO)
  for (const knob of knobs) {
    const toKnob = Math.hypot(x - knob.x, y - knob.y) - KNOB_RADIUS
    if (knob.side === 1) nearest = Math.min(nearest, toKnob)
    if (knob.side === -1) nearest = Math.max(nearest, -toKnob)
  }
  return nearest
}
