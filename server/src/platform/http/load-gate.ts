/** What a turn of the event loop may spend on requests before it counts as late. */
export const LATE_MS = 150
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
  /** Calls back when the loop has seen to everything that had come in. */
  readonly afterTurn: (callback: () => void) => void
  /** How many requests wait for the database. */
  readonly waiting: () => number
}

/**
 * Turns requests away while there is more to do than can be done. Otherwise all of them would wait longer and longer,
 * until those that are served in the end are ones that nobody waits for any more.
 *
 * The signal is how late the event loop is: how long ago the first of the requests was read that this turn of the loop
 * has found. Calls that wait for somebody else, such as WeChat, do not count: they keep nobody waiting.
 *
 * @see docs/decisions/0025-overload.md
 */
export class LoadGate {
  readonly #options: LoadGateOptions
  #turnBeganAt: number | undefined
  #lateSince: number | undefined
  #tooMuchAt: number | undefined

  constructor(options: LoadGateOptions) {
    this.#options = options
  }

  /** @returns whether a request is served that has just been read */
  admits(): boolean {
    const now = this.#options.now()
    const beganAt = this.#turnBeganAt ?? this.#beginTurn(now)
    if (!this.#isShedding(now)) return true
    if (now - beganAt <= BUDGET_MS && this.#options.waiting() <= MOST_WAITING) return true
    this.#tooMuchAt = now
    return false
  }

  #beginTurn(now: number): number {
    this.#turnBeganAt = now
    this.#options.afterTurn(() => this.#endTurn(now))
    return now
  }

  #endTurn(beganAt: number): void {
    this.#turnBeganAt = undefined
    const isLate = this.#options.now() - beganAt > LATE_MS || this.#options.waiting() > MOST_WAITING
    this.#lateSince = isLate ? (this.#lateSince ?? beganAt) : undefined
  }

  #isShedding(now: number): boolean {
    if (this.#lateSince !== undefined && now - this.#lateSince >= PATIENCE_MS) this.#tooMuchAt = now
    return this.#tooMuchAt !== undefined && now - this.#tooMuchAt < CALM_MS
  }
}
