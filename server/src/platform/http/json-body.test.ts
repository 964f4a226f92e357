import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { slowness } from '../../testing/slowness.ts'
import { Refusal } from '../refusal.ts'
import { parseJsonBody } from './json-body.ts'
import { doorRefusals } from './refusals.ts'

const FORBIDDEN = ['__proto__', 'prototype', 'constructor']
const MAX_DEPTH = 16

/** The value, or the word `refused`; any other error is thrown on. */
function read(body: string | Uint8Array): { readonly value: unknown } | 'refused' {
  try {
    return { value: parseJsonBody(Buffer.from(body)) }
  } catch (error) {
    if (error instanceof Refusal && error.definition === doorRefusals.bodyUnreadable) return 'refused'
    throw error
  }
}

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

/** What the reader promises, said a second time over the value and not over the text. */
function isAcceptable(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') return isStorable(value)
  if (typeof value !== 'object' || value === null) return true
  if (depth === MAX_DEPTH) return false
  const entries = Array.isArray(value) ? value.entries() : Object.entries(value)
  return [...entries].every(
    ([name, inner]) =>
      isStorable(String(name)) && !FORBIDDEN.includes(String(name)) && isAcceptable(inner, depth + 1),
  )
}

const troublesomeUnit = fc.oneof(
  { weight: 8, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
  { weight: 3, arbitrary: fc.constantFrom('"', '\\', '{', '}', '[', ']', ':', ',', '\n', '\u2028') },
  { weight: 1, arbitrary: fc.constantFrom('\0', '\ud800', '\udc00') },
)
const text = fc.string({ unit: troublesomeUnit, maxLength: 12 })
const { value: anyJson } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    fc.oneof(text, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof({ weight: 20, arbitrary: text }, fc.constantFrom(...FORBIDDEN)), tie('value'), {
      maxKeys: 4,
    }),
  ),
}))

/** Every character as `\uXXXX`: another spelling of the same string. */
function spelledOut(name: string): string {
  const units = Array.from({ length: name.length }, (_, at) => name.charCodeAt(at))
  return `"${units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')}"`
}

/** The text inside so many arrays and objects. */
function nested(inner: string, depth: number): string {
  const opens = Array.from({ length: depth }, (_, at) => (at % 2 === 0 ? '[' : '{"in":'))
  const closes = opens.map((open) => (open === '[' ? ']' : '}')).toReversed()
  return [...opens, inner, ...closes].join('')
}

describe('any value', () => {
  test('comes out as it went in, unless something about it is forbidden', () => {
    fc.assert(
      fc.property(anyJson, fc.constantFrom(undefined, 2, '\t\r\n'), (value, indent) => {
        const written = JSON.stringify(value, null, indent)
        expect(read(written)).toEqual(isAcceptable(value) ? { value: JSON.parse(written) } : 'refused')
      }),
      { numRuns: 1_000, seed: 1 },
    )
  })

  test('and any bytes are read or refused, and nothing else', () => {
    fc.assert(
      fc.property(anyJson, fc.nat(), fc.uint8Array({ maxLength: 3 }), fc.nat(3), (value, at, bytes, gone) => {
        const written = Buffer.from(JSON.stringify(value))
        const from = at % (written.byteLength + 1)
        read(Buffer.concat([written.subarray(0, from), bytes, written.subarray(from + gone)]))
      }),
      { numRuns: 1_000, seed: 1 },
    )
  })

  test('an empty body is none', () => {
    expect(read('')).toEqual({ value: undefined })
  })

  test.each([
    '{',
    '{"a":1',
    '{"a":1}}',
    '{"a":1}{"a":1}',
    "{'a':1}",
    '{a:1}',
    '{"a":1,}',
    '{"a":01}',
    'NaN',
    ' ',
  ])('%s is refused', (malformed) => {
    expect(read(malformed)).toBe('refused')
  })
})

describe('a name written twice', () => {
  test('is refused wherever it stands and however it is spelled', () => {
    const name = text.filter((each) => isStorable(each) && !FORBIDDEN.includes(each))
    fc.assert(
      fc.property(name, fc.boolean(), fc.nat(MAX_DEPTH - 1), (twice, isSpelledOut, depth) => {
        const second = isSpelledOut ? spelledOut(twice) : JSON.stringify(twice)
        const body = nested(`{${JSON.stringify(twice)}:1,"between ${twice.length}":{},${second}:1}`, depth)
        expect(() => void JSON.parse(body)).not.toThrow()
        expect(read(body)).toBe('refused')
      }),
      { numRuns: 300, seed: 1 },
    )
  })

  test.each(['{"mobile":1,"\\u006dobile":2}', '{"\\/":1,"/":2}', '{"":1,"":2}', '[{},{"a":{"b":1,"b":1}}]'])(
    '%s is refused',
    (body) => {
      expect(read(body)).toBe('refused')
    },
  )

  test.each([
    '{"a":{"a":1},"b":{"a":1}}',
    '[{"a":1},{"a":1}]',
    '{"a":"{\\"a\\":1,\\"a\\":2}"}',
    '{"a":1,"A":2}',
  ])('%s has none', (body) => {
    expect(read(body)).toEqual({ value: JSON.parse(body) })
  })
})

describe('a name that reaches a prototype', () => {
  test.each(FORBIDDEN)('%s is refused, spelled out too, and nothing is polluted', (name) => {
    for (const spelling of [JSON.stringify(name), spelledOut(name)]) {
      expect(read(`{${spelling}:{"isAdmin":true}}`)).toBe('refused')
      expect(read(nested(`{"a":1,${spelling}:1}`, 5))).toBe('refused')
    }
    expect(Object.hasOwn(Object.prototype, 'isAdmin')).toBe(false)
  })

  test.each(FORBIDDEN)('%s as a value is a word like any other', (name) => {
    expect(read(JSON.stringify({ a: name }))).toEqual({ value: { a: name } })
  })
})

describe('bytes', () => {
  const inText = (...bytes: number[]) =>
    Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')])

  test.each([
    ['a stray byte', [0xff]],
    ['a stray continuation', [0x80]],
    ['an overlong NUL', [0xc0, 0x80]],
    ['an overlong slash', [0xe0, 0x80, 0xaf]],
    ['half a surrogate pair', [0xed, 0xa0, 0x80]],
    ['beyond the last code point', [0xf4, 0x90, 0x80, 0x80]],
    ['a character cut short', [0xe2, 0x82]],
    ['a bare NUL', [0]],
  ])('%s is refused', (_, bytes) => {
    expect(read(inText(...bytes))).toBe('refused')
  })

  test.each([
    '{"a":"\\u0000"}',
    '{"\\u0000":1}',
    '{"a":"\\ud83d"}',
    '{"a":"\\ude00\\ud83d"}',
    '{"\\ud800":1}',
    '"\\udfff"',
  ])('%s is refused, for no database can hold it', (body) => {
    expect(read(body)).toBe('refused')
  })

  test('a whole surrogate pair is one character, written out or escaped', () => {
    expect(read('{"a":"\\ud83d\\ude00"}')).toEqual({ value: { a: '😀' } })
    expect(read('{"a":"😀"}')).toEqual({ value: { a: '😀' } })
  })

  test('a byte order mark is passed over, once', () => {
    expect(read('\ufeff{"a":1}')).toEqual({ value: { a: 1 } })
    expect(read('\ufeff\ufeff{"a":1}')).toBe('refused')
  })

  test.each(['utf16le', 'latin1'] as const)('%s is refused', (encoding) => {
    expect(read(Buffer.from('{"a":"é"}', encoding))).toBe('refused')
  })
})

describe('nesting', () => {
  test('sixteen deep is read, seventeen is refused', () => {
    expect(read(nested('1', MAX_DEPTH))).not.toBe('refused')
    expect(read(nested('1', MAX_DEPTH + 1))).toBe('refused')
    expect(read(`[${'[],'.repeat(100)}[]]`)).not.toBe('refused')
  })

  test.each([
    ['ten thousand brackets', '['.repeat(10_000)],
    ['eight thousand arrays', '['.repeat(8_000) + ']'.repeat(8_000)],
    ['two thousand objects', '{"a":'.repeat(2_000) + '1' + '}'.repeat(2_000)],
    [
      'an array in ten thousand of which each is empty',
      `[${'[],'.repeat(10_000)}[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]`,
    ],
  ])('%s are refused at once', (_, body) => {
    const startedAt = performance.now()
    expect(read(body)).toBe('refused')
    expect(performance.now() - startedAt).toBeLessThan(250 * slowness)
  })
})
