const SVG = 'http://www.w3.org/2000/svg'

/**
 * Draws the QR code that the server sends, anew: of its document only the size and the outline are taken, so what a
 * server answers is never markup.
 *
 * @param {string} svg
 * @param {string} label what it is, for whoever cannot see it
 */
export function qrPicture(svg, label) {
  const sent = new DOMParser().parseFromString(svg, 'image/svg+xml')
  const picture = document.createElementNS(SVG, 'svg')
  const outline = document.createElementNS(SVG, 'path')
  picture.setAttribute('class', 'qr')
  picture.setAttribute('role', 'img')
  picture.setAttribute('aria-label', label)
  picture.setAttribute('viewBox', sent.documentElement.getAttribute('viewBox') ?? '')
  outline.setAttribute('d', sent.querySelector('path')?.getAttribute('d') ?? '')
  picture.append(outline)
  return picture
}
