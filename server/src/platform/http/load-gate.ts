/** So long the event loop may be busy from one turn with requests to the next; beyond that it is late. */
export const LATE_MS = 150
/** When it has waited for events so long in between, whoever had come was served. */
export const IDLE_MS = 2
/** A burst is let through: only when every turn has been late for so long is there too much to do. */
export const PATIENCE_MS = 300
/** While there is too much to do, requests that a turn has not come to by then are turned away. */
export const BUDGET_MS = 15
/** So long after the last one was turned away, everything is as usual again. */
export const CALM_MS = 1_000
/** So many may wait for the database while there is too much to do. */
export const MOST_WAITING = 64

export interface LoadGateOptions {
  /** Milliseconds on a clock that is never set. */
  readonly now: () => number
  /** For how many milliseconds the event loop has waited for events, since the start. */
  readonly idle: () => number
  /** Calls back when the loop has seen to everything that had come in. */
  readonly afterTurn: (callback: () => void) => void
  /** How many requests wait for the database. */
  readonly waiting: () => number
}

/**
 * Turns requests away while there is more to do than can be done. Otherwise all of them would wait longer and longer,
 * until those that are served in the end are ones that nobody waits for any more.
 *
 * The signal is how late the event loop is: how long it was busy, without ever waiting for anything to happen, from one
 * turn that found requests to the next that found some. Calls that wait for somebody else, such as WeChat, do not count: they keep nobody waiting.
 *
 * @see docs/decisions/0025-overload.md
 */
export class LoadGate {
  readonly #options: LoadGateOptions
  /** The last turn in which requests were found, which may be going on. */
  #turn: { readonly beganAt: number; readonly idle: number } | undefined
  #isTurnOver = true
  #lateSince: number | undefined
  #tooMuchAt: number | undefined

  constructor(options: LoadGateOptions) {
    this.#options = options
  }

  /** @returns whether a request is served that has just been read */
  admits(): boolean {
    const now = this.#options.now()
    const { beganAt } = this.#turn === undefined || this.#isTurnOver ? this.#beginTurn(now) : this.#turn
    if (!this.#isShedding(now)) return true
    if (now - beganAt <= BUDGET_MS && this.#options.waiting() <= MOST_WAITING) return true
    this.#tooMuchAt = now
    return false
  }

  #beginTurn(now: number): { readonly beganAt: number } {
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
    return turn
  }

  #isShedding(now: number): boolean {
    if (this.#lateSince !== undefined && now - this.#lateSince >= PATIENCE_MS) this.#tooMuchAt = now
    return this.#tooMuchAt !== undefined && now - this.#tooMuchAt < CALM_MS
  }
}
