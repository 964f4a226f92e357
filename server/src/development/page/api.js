import { parseJson } from './json.js'

/**
 * @typedef {object} Call
 * @property {import('./texts.js').CallName} name what it is for, in the log
 * @property {'GET' | 'POST'} method
 * @property {string} path
 * @property {Record<string, string>} [headers]
 * @property {unknown} [body]
 */

/**
 * One request and, once `reply` is there, what came back.
 *
 * @typedef {object} Exchange
 * @property {number} id
 * @property {Call['name']} name
 * @property {string} method
 * @property {string} path
 * @property {string} url
 * @property {Record<string, string>} headers
 * @property {string | undefined} body
 * @property {number} startedAt milliseconds since the Unix epoch
 * @property {Reply} [reply]
 */

/**
 * @typedef {object} Reply
 * @property {number} status 0 when nobody answered
 * @property {boolean} ok
 * @property {unknown} json `undefined` for an empty or other body
 * @property {string} text
 * @property {number} durationMs
 * @property {number | undefined} retryAfterSeconds
 * @property {string[]} humanCheck the kinds of check that are wanted first
 */

const FINGERPRINT = 'ligature-dev-fingerprint'

/**
 * Sends requests as a mini program would, and reports each one twice: when it leaves and when it is answered.
 *
 * @param {{ language: () => string, report: (exchange: Exchange) => void }} deps
 */
export function createApi({ language, report }) {
  let count = 0
  const fingerprint = deviceFingerprint()

  /**
   * @param {Call} call
   * @returns {Promise<Reply>}
   */
  async function send({ name, method, path, headers = {}, body }) {
    /** @type {Exchange} */
    const exchange = {
      id: ++count,
      name,
      method,
      path,
      url: new URL(path, location.origin).href,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      startedAt: Date.now(),
    }
    report(exchange)
    exchange.reply = await answerTo(exchange)
    report(exchange)
    return exchange.reply
  }

  return {
    send,

    /**
     * A call of the SDK: the standard headers, then its own.
     *
     * @param {Call & { clientId: string }} call
     */
    sdk({ clientId, ...call }) {
      const headers = {
        'X-operating-sys-version': operatingSystem(),
        'X-device-fingerprint': fingerprint,
        'X-agent': navigator.userAgent,
        'X-client-id': clientId,
        'X-L': language(),
        'Content-Type': 'application/json',
        ...call.headers,
      }
      return send({ ...call, headers })
    },
  }
}

/** @typedef {ReturnType<typeof createApi>} Api */

/**
 * @param {Exchange} exchange
 * @returns {Promise<Reply>}
 */
async function answerTo({ method, url, headers, body }) {
  const started = performance.now()
  try {
    const init = body === undefined ? { method, headers } : { method, headers, body }
    const response = await fetch(url, { ...init, cache: 'no-store' })
    const text = await response.text()
    const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
    return {
      status: response.status,
      ok: response.ok,
      json: parseJson(text),
      text,
      durationMs: performance.now() - started,
      retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
      humanCheck: response.headers.get('x-human-check')?.split(', ') ?? [],
    }
  } catch {
    const durationMs = performance.now() - started
    const nothing = { json: undefined, text: '', retryAfterSeconds: undefined, humanCheck: [] }
    return { status: 0, ok: false, durationMs, ...nothing }
  }
}

/** The same for every visit of this browser, as the contract asks of a device. */
function deviceFingerprint() {
  const kept = remembered(FINGERPRINT)
  if (kept !== '') return kept
  const made = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) =>
    byte.toString(16).padStart(2, '0'),
  )
  remember(FINGERPRINT, made.join(''))
  return made.join('')
}

/** Recorded by the server, never trusted. */
function operatingSystem() {
  const known = [/Android [\d.]+/, /Windows NT [\d.]+/, /Mac OS X [\d_.]+/, /iPhone OS [\d_]+/, /Linux/]
  const found = known
    .map((pattern) => pattern.exec(navigator.userAgent)?.[0])
    .find((name) => name !== undefined)
  return found ?? 'unknown'
}

/**
 * @param {string} name
 * @returns {string} the empty one when nothing is kept, or the browser keeps nothing
 */
export function remembered(name) {
  try {
    return localStorage.getItem(name) ?? ''
  } catch {
    return ''
  }
}

/**
 * @param {string} name
 * @param {string} value
 */
export function remember(name, value) {
  try {
    localStorage.setItem(name, value)
  } catch {
    // A browser that keeps nothing still shows the page.
  }
}
