import { commonPasswords } from './common-passwords.ts'

const common = new Set(commonPasswords.trim().split(/\s+/))

/** Letters that people write as other signs, and mean the letters. */
const MEANT: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
}

/** Keys beside each other, and what counts up. */
const WALKS = [
  '`1234567890-=',
  'qwertyuiop[]',
  "asdfghjkl;'",
  'zxcvbnm,./',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/',
  'zaq1xsw2cde3vfr4bgt5nhy6mju7,ki8.lo9',
  '1q2w3e4r5t6y7u8i9o0p',
  'q1w2e3r4t5y6u7i8o9p0',
  'abcdefghijklmnopqrstuvwxyz',
  '0123456789',
] as const

const walksBothWays = WALKS.flatMap((walk) => [walk, Array.from(walk).toReversed().join('')])

/** `!QAZ` is the walk `1qaz` with the shift key held. */
const SHIFTED = '~!@#$%^&*()_+{}:"<>?'
const UNSHIFTED = "`1234567890-=[];',./"

const DATE =
  /(?:19|20)\d\d[-./]?(?:0[1-9]|1[0-2])[-./]?(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:19|20)\d\d/g

/**
 * Whether a password is one that everybody tries: of the list of common ones, with signs for letters, or with a few
 * digits and signs before or after it; a walk over the keyboard; or hardly more than a date.
 */
export function isCommonPassword(password: string): boolean {
  const text = password.toLowerCase()
  const core = text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
  const candidates = [text, core, stripEnd(text), meantBy(text), meantBy(core), meantBy(stripEnd(text))]
  if (candidates.some((candidate) => common.has(candidate))) return true
  return [text, unshifted(text)].some(isWalk) || isHardlyMoreThanADate(text)
}

/** What is left without digits and signs at the end. */
function stripEnd(text: string): string {
  return text.replace(/[^\p{L}]+$/u, '')
}

function meantBy(text: string): string {
  return [...text].map((character) => MEANT[character] ?? character).join('')
}

function unshifted(text: string): string {
  return [...text].map((character) => UNSHIFTED[SHIFTED.indexOf(character)] ?? character).join('')
}

/** Made of one to three walks of at least three keys each, in either direction. */
function isWalk(text: string): boolean {
  let rest = text
  for (let parts = 0; parts < 3 && rest !== ''; parts++) {
    const length = walkAtStart(rest)
    if (length < 3) return false
    rest = rest.slice(length)
  }
  return rest === ''
}

function walkAtStart(text: string): number {
  let longest = 0
  for (const walk of walksBothWays) {
    let length = 0
    while (length < text.length && walk.includes(text.slice(0, length + 1))) length += 1
    longest = Math.max(longest, length)
  }
  return longest
}

/** A date with at most three other signs, such as `Li19900101`. */
function isHardlyMoreThanADate(text: string): boolean {
  const rest = text.replace(DATE, '')
  return rest !== text && rest.length <= 3
}
