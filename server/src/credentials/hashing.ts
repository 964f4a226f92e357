import { availableParallelism } from 'node:os'

/** Longer than any password may be here; a hash of more costs nothing less, and nobody types it. */
export const MAX_PASSWORD_BYTES = 256

/** However many cores there are: each holds 19 MiB while it is at work. */
const THREADS_FOR_HASHES = 3
/** For each that is at work; less than a second of it. */
const WAITING_FOR_EACH = 32

/** More wait for a hash than can be had soon; answered with 503 and `Retry-After`. */
class TooManyHashes extends Error {
  override readonly name = 'TooManyHashes'
  /** What the HTTP server answers it with. */
  readonly statusCode = 503

  constructor() {
    super('too many requests wait for a password hash')
  }
}

/** Does one hash, as soon as its turn comes. */
export type HashTurn = <Result>(work: () => Promise<Result>) => Promise<Result>

export interface PasswordHashing {
  /**
   * Takes a place in the queue first, so that whoever is turned away has paid nothing.
   *
   * @throws {TooManyHashes} at once
   */
  withPlace<Result>(act: (turn: HashTurn) => Promise<Result>): Promise<Result>
}

/**
 * Lets so many hashes be made at once that one core stays with the event loop, and so many requests wait.
 *
 * Each hash holds 19 MiB, so this is also what bounds their memory.
 *
 * @param atOnce hashes
 * @param waiting requests that have a place besides
 * @see docs/decisions/0019-passwords.md
 */
export function openPasswordHashing(
  atOnce = Math.min(Math.max(1, availableParallelism() - 1), THREADS_FOR_HASHES),
  waiting = atOnce * WAITING_FOR_EACH,
): PasswordHashing {
  let places = atOnce + waiting
  let free = atOnce
  const queue: (() => void)[] = []

  const turn: HashTurn = async (work) => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => queue.push(resolve))
    try {
      return await work()
    } finally {
      const next = queue.shift()
      if (next === undefined) free += 1
      else next()
    }
  }

  return {
    async withPlace(act) {
      if (places === 0) throw new TooManyHashes()
      places -= 1
      try {
        return await act(turn)
      } finally {
        places += 1
      }
    },
  }
}
