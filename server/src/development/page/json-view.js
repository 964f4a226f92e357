import { el } from './dom.js'
import { decodeJwt } from './id-token.js'
import { parseJson } from './json.js'

/** @typedef {import('./texts.js').Texts} Texts */

/** How much of a token is shown before it is decoded. */
const TOKEN_START = 24
/** From how many characters on a text, such as a picture, is not shown whole. */
const LONG = 500

/**
 * JSON, indented and coloured. A string that is a JWT, or that holds JSON of its own, can be decoded on the spot.
 *
 * @param {unknown} value
 * @param {Texts} texts
 * @param {{ open?: boolean }} [options] `open`: what holds JSON is decoded from the start
 */
export function jsonView(value, texts, { open = false } = {}) {
  const pre = el('pre')
  const block = el('div', { class: 'json' }, pre)
  write(value, '', '')
  return block

  /**
   * @param {unknown} each
   * @param {string} name of the field it stands in
   * @param {string} indent
   */
  function write(each, name, indent) {
    if (typeof each === 'string') pre.append(...stringView(each, name, texts, block, open))
    else if (Array.isArray(each))
      writeAll(
        '[',
        each.map((item) => ['', item]),
        ']',
        indent,
      )
    else if (typeof each === 'object' && each !== null) writeAll('{', Object.entries(each), '}', indent)
    else pre.append(el('span', { class: 'json-literal' }, String(each)))
  }

  /**
   * @param {string} opening
   * @param {[string, unknown][]} entries
   * @param {string} closing
   * @param {string} indent
   */
  function writeAll(opening, entries, closing, indent) {
    if (entries.length === 0) return pre.append(opening + closing)
    pre.append(opening)
    entries.forEach(([name, each], index) => {
      pre.append(`${index === 0 ? '' : ','}\n${indent}  `)
      if (opening === '{') pre.append(el('span', { class: 'json-name' }, JSON.stringify(name)), ': ')
      write(each, name, `${indent}  `)
    })
    pre.append(`\n${indent}${closing}`)
  }
}

/**
 * Headers, one to a line.
 *
 * @param {Record<string, string>} headers
 * @param {Texts} texts
 */
export function headersView(headers, texts) {
  const pre = el('pre')
  const block = el('div', { class: 'json' }, pre)
  for (const [name, value] of Object.entries(headers)) {
    const scheme = value.startsWith('Bearer ') ? 'Bearer ' : ''
    const token = value.slice(scheme.length)
    const decoded = decodeJwt(token) === undefined ? [token] : stringView(token, name, texts, block, false)
    pre.append(el('span', { class: 'json-name' }, name), ': ', scheme, ...decoded, '\n')
  }
  return block
}

/**
 * @param {string} text
 * @param {string} name
 * @param {Texts} texts
 * @param {HTMLElement} block where the decoded parts go
 * @param {boolean} open
 * @returns {(Node | string)[]}
 */
function stringView(text, name, texts, block, open) {
  const jwt = decodeJwt(text)
  const inner = text.startsWith('{') ? parseJson(text) : undefined
  const isLong = inner === undefined && text.length > LONG
  const isCut = jwt !== undefined || isLong
  const shown = isCut ? `"${text.slice(0, TOKEN_START)}…"` : JSON.stringify(text)
  const string = el('span', { class: 'json-string' }, shown)
  if (jwt === undefined && isLong) return [string, ` ${texts.characters(text.length)}`]
  if (jwt === undefined && inner === undefined) return [string]

  const panel = el('div', { class: 'decoded' })
  const button = el('button', { type: 'button', class: 'inline', click: () => toggle() }, '')
  let isOpen = open && inner !== undefined
  show()
  return [string, ' ', button]

  function toggle() {
    isOpen = !isOpen
    show()
  }

  function show() {
    button.textContent = isOpen ? texts.hide : texts.decode
    button.setAttribute('aria-label', `${isOpen ? texts.hide : texts.decode} ${name}`)
    button.setAttribute('aria-expanded', String(isOpen))
    if (!isOpen) return panel.remove()
    const parts = jwt === undefined ? [part(name, jsonView(inner, texts))] : jwtParts(text, jwt, name, texts)
    panel.replaceChildren(...parts)
    block.append(panel)
  }
}

/**
 * @param {string} text
 * @param {import('./id-token.js').Jwt} jwt
 * @param {string} name
 * @param {Texts} texts
 */
function jwtParts(text, jwt, name, texts) {
  return [
    part(`${name} · ${texts.jwtParts.header}`, jsonView(jwt.header, texts)),
    part(`${name} · ${texts.jwtParts.payload}`, jsonView(jwt.payload, texts, { open: true })),
    part(texts.jwtParts.token, el('pre', { class: 'whole' }, text)),
  ]
}

/**
 * @param {string} label
 * @param {HTMLElement} content
 */
function part(label, content) {
  return el('div', { class: 'decoded-part' }, el('p', { class: 'label' }, label), content)
}
