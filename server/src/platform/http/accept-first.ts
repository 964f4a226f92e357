import type { EventEmitter } from 'node:events'

/** For so long at most whoever has been heard waits for those who knock. */
export const ACCEPTING_MS = 25

interface AcceptFirstOptions {
  /** Milliseconds on a clock that is never set. */
  readonly now: () => number
  /** Calls back when the loop has looked once for whatever has come in. */
  readonly afterTurn: (callback: () => void) => void
}

/**
 * Takes all connections that wait for it before a request is served.
 *
 * Node takes one connection in a turn of its loop, and a turn serves what it has read. So new ones would be taken no
 * faster than they are served, one by one; meanwhile they wait where nobody sees them and nobody turns them away, and
 * each has a commit of its own. Therefore, as long as each turn finds another connection, requests are held.
 *
 * @returns what serves at once, or when all connections are taken; in the order in which it was called
 * @see docs/decisions/0025-overload.md
 */
export function acceptFirst(
  server: Pick<EventEmitter, 'on'>,
  { now, afterTurn }: AcceptFirstOptions,
): (serve: () => void) => void {
  let isAccepting = false
  let isServing = false
  let hasAccepted = false
  let since = 0
  let held: (() => void)[] = []

  const look = (): void => {
    if (hasAccepted && now() - since < ACCEPTING_MS) {
      hasAccepted = false
      afterTurn(look)
      return
    }
    isAccepting = false
    if (held.length === 0) return
    // Each by itself, so that what it does at once is done before the next one is looked at.
    for (const serve of held) afterTurn(serve)
    held = []
    isServing = true
    afterTurn(() => (isServing = false))
  }
  server.on('connection', () => {
    hasAccepted = true
    if (isAccepting) return
    isAccepting = true
    since = now()
    afterTurn(look)
  })
  return (serve) => {
    if (isAccepting) held.push(serve)
    else if (isServing) afterTurn(serve)
    else serve()
  }
}
