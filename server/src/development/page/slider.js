import { el } from './dom.js'
import { textOf } from './json.js'

/** Pixels of the pictures, as they come. */
const PICTURE_WIDTH = 310
const PIECE_WIDTH = 47

/** How far right the piece can go. */
export const RIGHTMOST = PICTURE_WIDTH - PIECE_WIDTH

/**
 * A picture with a hole, and the piece that fits.
 *
 * @typedef {object} Slider
 * @property {string} token
 * @property {HTMLCanvasElement} picture
 * @property {HTMLCanvasElement} piece
 */

/**
 * @param {unknown} reply of `GET captcha`
 * @returns {Promise<Slider>}
 */
export async function sliderOf(reply) {
  return {
    token: textOf(reply, 'token'),
    picture: await drawn('picture', textOf(reply, 'originalImageBase64')),
    piece: await drawn('piece', textOf(reply, 'jigsawImageBase64')),
  }
}

/**
 * Puts the piece there.
 *
 * @param {Slider} slider
 * @param {number} x pixels of the picture between its left edge and the piece's
 */
export function movePiece({ piece }, x) {
  piece.style.left = `${(x / PICTURE_WIDTH) * 100}%`
}

/**
 * On a canvas, for the page's security policy lets no picture in but from a file.
 *
 * @param {string} name
 * @param {string} png as base64
 */
async function drawn(name, png) {
  const bytes = Uint8Array.from(atob(png), (character) => character.charCodeAt(0))
  const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
  const canvas = el('canvas', { class: name, 'aria-hidden': 'true' })
  canvas.width = image.width
  canvas.height = image.height
  canvas.getContext('2d')?.drawImage(image, 0, 0)
  return canvas
}
