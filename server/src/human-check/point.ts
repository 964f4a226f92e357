import { createCipheriv, createDecipheriv } from 'node:crypto'
import { z } from 'zod'

const CIPHER = 'aes-128-ecb'

/** The contract's constant: people move the piece sideways only. */
const Y = 5
/** How far from its place a piece may be, in pixels of the picture. */
const TOLERANCE = 5

const point = z.object({ x: z.number(), y: z.number() })

/** Where somebody put the piece, and the text that said so. */
export interface Point {
  readonly x: number
  readonly y: number
  readonly text: string
}

/**
 * Reads a point as clients send it: JSON, or JSON that is encrypted as the slider's own clients do it.
 *
 * @param secretKey sixteen characters
 * @returns `undefined` for anything else
 */
export function readPoint(pointJson: string, secretKey: string): Point | undefined {
  const text = pointJson.startsWith('{') ? pointJson : decrypt(pointJson, secretKey)
  if (text === undefined) return undefined
  const { success, data } = point.safeParse(parseJson(text))
  return success ? { ...data, text } : undefined
}

/** @param expectedX the left edge of the hole */
export function isInPlace({ x, y }: Point, expectedX: number): boolean {
  return y === Y && Math.abs(x - expectedX) <= TOLERANCE
}

/** AES-128 in ECB mode with PKCS #7 padding, as base64: what clients of this slider were written with. */
export function encrypt(text: string, secretKey: string): string {
  const cipher = createCipheriv(CIPHER, secretKey, null)
  return Buffer.concat([cipher.update(text), cipher.final()]).toString('base64')
}

function decrypt(text: string, secretKey: string): string | undefined {
  try {
    const cipher = createDecipheriv(CIPHER, secretKey, null)
    return Buffer.concat([cipher.update(text, 'base64'), cipher.final()]).toString()
  } catch {
    // Not encrypted, or under another key: there is no point in it.
    return undefined
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
