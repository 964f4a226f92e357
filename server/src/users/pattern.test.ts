import { expect, test } from 'vitest'
import { seededRandom } from '../testing/seeded-random.ts'
import { compilePattern, PatternError } from './pattern.ts'

test.for([
  [String.raw`^[1-9]\d{5}$`, ['430000'], ['043000', '43000', '4300000', ' 430000']],
  [String.raw`\p{Script=Han}{2,4}`, ['张三', '欧阳修一'], ['张', '张三丰张三', 'Zhang']],
  ['(a|ab)(c|bcd)?', ['a', 'ab', 'abcd', 'abc'], ['abbcdd', '']],
  ['a{2,}b*?', ['aa', 'aaab'], ['a', 'b']],
  ['x{0}|y{3}', ['', 'yyy'], ['x', 'yy']],
  ['(?:)*', [''], ['a']],
  [String.raw`\$\u{1F600}.`, ['$😀😀'], ['$😀']],
] as const)('%s', ([source, matching, others]) => {
  const pattern = compilePattern(source)
  for (const text of matching) expect({ text, fits: pattern(text) }).toEqual({ text, fits: true })
  for (const text of others) expect({ text, fits: pattern(text) }).toEqual({ text, fits: false })
})

test('agrees with the engine of the language', () => {
  const random = seededRandom(7)
  const pick = (items: readonly string[]): string => random.oneOf(items) ?? ''
  const make = (depth: number): string => {
    const part =
      depth === 0 || random.below(10) < 4 ? pick(['a', 'b', '[ab]', '.', '[^b]']) : `(${make(depth - 1)})`
    const times = pick(['', '', '*', '+', '?', '{2}', '{1,3}', '{0,2}', '{2,}'])
    const rest = random.below(2) === 0 ? pick(['', '|']) + make(Math.max(0, depth - 1)) : ''
    return `${part}${times}${rest}`
  }
  for (let n = 0; n < 300; n++) {
    const source = make(2)
    const pattern = compilePattern(source)
    const expected = new RegExp(`^(?:${source})$`, 'u')
    for (let m = 0; m < 20; m++) {
      const text = Array.from({ length: random.below(7) }, () => pick(['a', 'b', 'c'])).join('')
      expect({ source, text, fits: pattern(text) }).toEqual({ source, text, fits: expected.test(text) })
    }
  }
})

test('takes no longer for what makes other engines try every way', () => {
  const text = `${'a'.repeat(1024)}!`
  const patterns = ['(a+)+', '(a|a)*', '(a*)*b', '(.*a){20}', 'a*a*a*a*a*a*a*b'].map(compilePattern)
  const before = performance.now()

  for (const pattern of patterns) expect(pattern(text)).toBe(false)

  expect(performance.now() - before).toBeLessThan(2000)
})

test.for([
  '(?=a)',
  '(?<=a)b',
  '(?<name>a)',
  String.raw`(a)\1`,
  String.raw`\bword\b`,
  'a{3,1}',
  '*a',
  '(a',
  'a)',
  '[a',
  'a^b',
  '[z-a]',
  '(a{1,100}){1,100}',
  'a'.repeat(201),
])('refuses %s', (source) => {
  expect(() => compilePattern(source)).toThrow(PatternError)
})
