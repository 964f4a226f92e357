import { scrub } from './scrub.ts'

/** What a log may hold of an error. */
export interface DescribedError {
  readonly type: string
  /** Without addresses, codes, tokens and values. */
  readonly message: string
  readonly code?: string
  /** `sign-in/bind.ts:42`, the innermost first. */
  readonly stack: readonly string[]
  readonly cause?: DescribedError
  /** Of an error that stands for several. */
  readonly errors?: readonly DescribedError[]
}

const MAX_DEPTH = 4
const MAX_ERRORS = 4
const MAX_FRAMES = 12
const FRAMES_IN_WORDS = 3
const MAX_WORD = 60

/** `    at async bind (file:///srv/ligature/src/sign-in/bind.js:42:7)`; Node's own files are passed over. */
const FRAME = /^ {4}at (?:async )?(?:.*\()?(?:file:\/\/)?((?:\/|[A-Za-z]:\\)[^()\s]*):(\d{1,6}):\d+\)?$/

/**
 * Describes whatever was thrown. Of its own fields only the code is kept: those of a database hold the values of
 * a statement, those of a mail server its answer, those of a failed call the URL and its headers. Never throws.
 */
export function describeError(thrown: unknown): DescribedError {
  return describe(thrown, MAX_DEPTH)
}

/** One line of it, for a person. */
export function errorInWords(error: DescribedError): string {
  const code = error.code === undefined ? '' : ` (${error.code})`
  const where = error.stack.length === 0 ? '' : ` at ${error.stack.slice(0, FRAMES_IN_WORDS).join(' < ')}`
  const reasons = [...(error.cause === undefined ? [] : [error.cause]), ...(error.errors ?? [])]
  const because = reasons.map((reason) => `, because of ${errorInWords(reason)}`).join('')
  return `${error.type}${code}: ${error.message}${where}${because}`
}

function describe(thrown: unknown, depth: number): DescribedError {
  try {
    if (!(thrown instanceof Error)) return { type: typeof thrown, message: 'not an error', stack: [] }
    const message = messageOf(thrown)
    const code = 'code' in thrown ? wordOf(thrown.code) : undefined
    return {
      type: wordOf(thrown.name) ?? 'Error',
      message,
      ...(code !== undefined && { code }),
      stack: framesOf(thrown),
      ...(depth > 1 && thrown.cause instanceof Error && { cause: describe(thrown.cause, depth - 1) }),
      ...(depth > 1 && thrown instanceof AggregateError && { errors: severalOf(thrown, depth) }),
    }
  } catch {
    return { type: 'Error', message: 'an error that cannot be read', stack: [] }
  }
}

function severalOf({ errors }: AggregateError, depth: number): DescribedError[] {
  const several: readonly unknown[] = errors
  return several.slice(0, MAX_ERRORS).map((error) => describe(error, depth - 1))
}

function messageOf({ name, message }: Error): string {
  // JSON.parse shows a piece of what it was given.
  if (name === 'SyntaxError') return 'a text that cannot be parsed'
  return typeof message === 'string' ? scrub(message) : ''
}

/** A type or a code: one word, and none that could be something else. */
function wordOf(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const word = String(value)
  if (!/^[\w.-]+$/.test(word) || word.length > MAX_WORD) return undefined
  // `ERR_INVALID_ARG_VALUE` is as long as a token is.
  const isName = /^(?:[A-Z]+(?:_[A-Z0-9]+)*|[A-Za-z]+Error)$/.test(word)
  return isName || scrub(word) === word ? word : undefined
}

/** Where it was thrown: our files and packages’ with lines, no names of functions, and nothing of the message, which may have lines too. */
function framesOf(error: Error): string[] {
  const { stack, message } = error
  if (typeof stack !== 'string') return []
  return stack
    .slice(stack.includes(message) ? stack.indexOf(message) + message.length : 0)
    .split('\n')
    .map((line) => FRAME.exec(line))
    .filter((frame) => frame !== null)
    .map(([, path = '', line = '']) => `${shortPath(path)}:${line}`)
    .slice(0, MAX_FRAMES)
}

/** `/srv/ligature/src/sign-in/bind.js` becomes `sign-in/bind.js`; a package's file keeps the package's name. */
function shortPath(path: string): string {
  const parts = path.replaceAll('\\', '/').split('/')
  const from = Math.max(parts.lastIndexOf('node_modules'), parts.lastIndexOf('src'))
  const kept = from < 0 ? parts.slice(-1) : parts.slice(from + 1)
  return kept.map(scrub).join('/')
}
