import type { LoadGateOptions } from './load-gate.ts'

/** How long requests are served before the event loop looks again for what has come in. */
export const SHARE_MS = 15
/** So often it looks each time: of the connections that wait to be made, it takes one at a look. */
export const LOOKS = 64
/** So many may always wait, however long each takes. */
export const FEWEST_IN_LINE = 16

/**
 * Requests that wait to be served while there is too much to do. The loop serves some of them, then only looks for what
 * has come in, and so on: whoever comes is read soon, and hears soon that there is no room for him.
 *
 * There is room for as many as were served at a time: nobody waits much longer than one round of it.
 */
export class WaitingLine {
  readonly #options: Pick<LoadGateOptions, 'now' | 'afterTurn'>
  readonly #waiting: (() => void)[] = []
  #room = FEWEST_IN_LINE
  #isMoving = false

  constructor(options: Pick<LoadGateOptions, 'now' | 'afterTurn'>) {
    this.#options = options
  }

  /** @returns `false` when there is no room */
  join(serve: () => void): boolean {
    if (this.#waiting.length >= this.#room) return false
    this.#waiting.push(serve)
    if (!this.#isMoving) this.#look(LOOKS)
    return true
  }

  #look(times: number): void {
    this.#isMoving = true
    this.#options.afterTurn(() => (times > 1 ? this.#look(times - 1) : this.#serveSome()))
  }

  /** All of them in one turn of the loop, so that they share a commit. */
  #serveSome(): void {
    const { now, afterTurn } = this.#options
    const waited = this.#waiting.length
    let beganAt: number | undefined
    let served = 0
    for (let index = 0; index < waited; index++) {
      afterTurn(() => {
        beganAt ??= now()
        if (now() - beganAt > SHARE_MS) return
        served += 1
        this.#waiting.shift()?.()
      })
    }
    afterTurn(() => {
      if (served < waited) this.#room = Math.max(FEWEST_IN_LINE, served)
      else if (waited === this.#room) this.#room *= 2
      this.#isMoving = false
      if (this.#waiting.length > 0) this.#look(LOOKS)
    })
  }
}
