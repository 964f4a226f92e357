/** An event loop of which a test says what each turn finds, and that has a clock of its own. */
export function makeEventLoop() {
  let now = 1_000_000
  let idle = 0
  let waiting = 0
  let afterTurn: (() => void)[] = []
  return {
    now: () => now,
    idle: () => idle,
    afterTurn: (callback: () => void) => void afterTurn.push(callback),
    waiting: () => waiting,
    /** Nothing happens. */
    rest(ms: number) {
      now += ms
      idle += ms
    },
    /** Something happens. */
    work: (ms: number) => void (now += ms),
    /** So many callers wait for the database. */
    wait: (callers: number) => void (waiting = callers),
    /** Ends a turn: what is to be done after it is done in the next one, and what comes of that in the one after. */
    turn() {
      const due = afterTurn
      afterTurn = []
      for (const callback of due) callback()
    },
  }
}
