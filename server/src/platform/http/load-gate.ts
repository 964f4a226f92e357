import { WaitingLine } from './waiting-line.ts'

/** So long the event loop may be busy from one turn with requests to the next; beyond that it is late. */
export const LATE_MS = 150
/** When it has waited for events so long in between, whoever had come was served. */
export const IDLE_MS = 2
/** A burst is let through: only when every turn has been late for so long is there too much to do. */
export const PATIENCE_MS = 300
/** So long after the last one was turned away, everything is as usual again. */
export const CALM_MS = 1_000
/** So many may wait for the database while there is too much to do. */
export const MOST_WAITING = 64

export interface LoadGateOptions {
  /** Milliseconds on a clock that is never set. */
  readonly now: () => number
  /** For how many milliseconds the event loop has waited for events, since the start. */
  readonly idle: () => number
  /** Calls back when the loop has seen to everything that had come in; those of one turn in their order. */
  readonly afterTurn: (callback: () => void) => void
  /** How many requests wait for the database. */
  readonly waiting: () => number
}

/** Decides about each request that has just been read. */
export interface Gate {
  /**
   * @param serve called now or in a moment
   * @returns `false` for a request that is to be turned away
   */
  take(serve: () => void): boolean
}

/**
 * Turns requests away while there is more to do than can be done. Otherwise all of them would wait longer and longer,
 * until those that are served in the end are ones that nobody waits for any more.
 *
 * The signal is how late the event loop is: how long it was busy, without ever waiting for anything to happen, from one
 * turn that found requests to the next that found some. Calls that wait for somebody else, such as WeChat, do not count:
 * they keep nobody waiting.
 *
 * @see docs/decisions/0025-overload.md
 */
export class LoadGate implements Gate {
  readonly #options: LoadGateOptions
  readonly #line: WaitingLine
  /** The last turn in which requests were found, which may be going on. */
  #turn: { readonly beganAt: number; readonly idle: number } | undefined
  #isTurnOver = true
  #lateSince: number | undefined
  #tooMuchAt: number | undefined

  constructor(options: LoadGateOptions) {
    this.#options = options
    this.#line = new WaitingLine(options)
  }

  take(serve: () => void): boolean {
    const now = this.#options.now()
    if (this.#isTurnOver) this.#beginTurn(now)
    if (!this.#isShedding(now)) {
      serve()
      return true
    }
    if (this.#options.waiting() <= MOST_WAITING && this.#line.join(serve)) return true
    this.#tooMuchAt = now
    return false
  }

  #beginTurn(now: number): void {
    const last = this.#turn
    const turn = { beganAt: now, idle: this.#options.idle() }
    // All that the loop did since counts: requests, but commits and timers as well, for which requests waited unread.
    const isLate =
      last !== undefined && turn.idle - last.idle < IDLE_MS && turn.beganAt - last.beganAt > LATE_MS
    if (isLate) this.#lateSince ??= last.beganAt
    else if (this.#options.waiting() > MOST_WAITING) this.#lateSince ??= now
    else this.#lateSince = undefined
    this.#turn = turn
    this.#isTurnOver = false
    this.#options.afterTurn(() => (this.#isTurnOver = true))
  }

  #isShedding(now: number): boolean {
    if (this.#lateSince !== undefined && now - this.#lateSince >= PATIENCE_MS) this.#tooMuchAt = now
    return this.#tooMuchAt !== undefined && now - this.#tooMuchAt < CALM_MS
  }
}
