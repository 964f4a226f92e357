/** Of Node and of `pg`: no connection came to be, or it broke. */
const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
])

/** `pg` tells of these by their text only. */
const CONNECTION_TEXTS = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'Query read timeout',
  'Client has encountered a connection error',
  'Client was closed and is not queryable',
  'the database system is',
]

/**
 * PostgreSQL's classes and codes for a server that cannot work now: connection trouble (08), shutting down or
 * starting (57P), too many connections or out of room (53), read-only (25006), a statement that waited too long, a transaction that
 * was idle (25P03) or took too long (25P04).
 */
const SERVER_CODES = /^(?:08|53|57P)|^(?:25006|25P03|25P04|55P03|57014)$/

/** SQLite's: busy, read-only, input or output failed, no room on the disk, file cannot be opened. */
const FILE_CODES = [5, 8, 10, 13, 14]

/** Thrown where what the database held a moment ago is not enough to go on; a later request may succeed. */
export class StoreAway extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
  }
}

/** Whether an error says that the database is away or overloaded, and not that something is wrong. */
export function isStoreAway(error: unknown): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof StoreAway) return true
    const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
    const { message } = cause
    if (CONNECTION_CODES.has(code) || SERVER_CODES.test(code)) return true
    // The low byte is the primary code; the rest says more than an answer needs.
    if ('errcode' in cause && FILE_CODES.includes(Number(cause.errcode) & 0xff)) return true
    if (CONNECTION_TEXTS.some((text) => message.startsWith(text))) return true
  }
  return false
}

/** PostgreSQL undid the transaction because of others; the same one can succeed at once. */
const UNDONE_BY_OTHERS = new Set(['40001', '40P01'])

/** Whether a transaction was undone because it met another one. */
export function isUndoneByOthers(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    UNDONE_BY_OTHERS.has(error.code)
  )
}

/** PostgreSQL: a unique index has the value already. */
export function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505'
}
