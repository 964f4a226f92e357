import { Refusal } from '../refusal.ts'
import { doorRefusals } from './refusals.ts'

const MAX_DEPTH = 16
const FORBIDDEN_KEYS = new Set(['__proto__', 'prototype', 'constructor'])
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

/**
 * Reads a body as JSON, more strictly than `JSON.parse`: bytes that are not UTF-8, a key written twice,
 * keys that reach an object's prototype, text that a database cannot hold (U+0000, half a surrogate pair)
 * and nesting deeper than any request of this API are refused.
 *
 * @returns `undefined` for an empty body, which is normal for a call without one
 * @throws {Refusal} `bodyUnreadable`
 * @see RFC 8259, section 4: what a receiver does with a name written twice is undefined
 */
export function parseJsonBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined
  let text: string
  let value: unknown
  try {
    text = utf8.decode(bytes)
    value = JSON.parse(text)
  } catch {
    throw new Refusal(doorRefusals.bodyUnreadable, { because: 'not JSON in UTF-8' })
  }
  refuseDoubtfulNames(text)
  return value
}

/** Matches one string, or one character that gives structure, of a text that is known to be JSON. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:]/gs

function refuseDoubtfulNames(text: string): void {
  /** The names seen in each object that is open; `undefined` stands for an array. */
  const open: (Set<string> | undefined)[] = []
  let lastString = ''
  // One pattern for all texts: `matchAll` would compile it anew for each.
  TOKEN.lastIndex = 0
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [token] = match
    if (token === '{' || token === '[') {
      open.push(token === '{' ? new Set() : undefined)
      if (open.length > MAX_DEPTH) throw new Refusal(doorRefusals.bodyUnreadable, { because: 'too deep' })
    } else if (token === '}' || token === ']') {
      open.pop()
    } else if (token === ':') {
      addName(open.at(-1), lastString)
    } else {
      lastString = token.includes('\\') ? String(JSON.parse(token)) : token.slice(1, -1)
      if (lastString.includes('\0') || !lastString.isWellFormed()) {
        throw new Refusal(doorRefusals.bodyUnreadable, { because: 'text that cannot be stored' })
      }
    }
  }
}

function addName(names: Set<string> | undefined, name: string): void {
  if (FORBIDDEN_KEYS.has(name)) throw new Refusal(doorRefusals.bodyUnreadable, { because: `the key ${name}` })
  if (names?.has(name)) throw new Refusal(doorRefusals.bodyUnreadable, { because: 'a key written twice' })
  names?.add(name)
}
