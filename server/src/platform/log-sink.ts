import { write, writeSync } from 'node:fs'

/** Where lines of the log go out of the process. */
export interface LogSink {
  /** Takes a line and returns at once, whatever becomes of it. */
  write(line: string): boolean
  /** Waits until everything is written, at most so many milliseconds. @returns whether it was */
  flush(withinMs: number): Promise<boolean>
  /** Lines that could not be written since the start. */
  readonly lost: number
}

/** Lines that wait are kept up to this many characters; what comes then is lost, and counted. */
const MAX_WAITING = 1024 * 1024
const TRY_AGAIN_AFTER_MS = 50
/** What comes so soon after a write goes out with the next: a write of its own costs more than the line. */
const GATHERED_FOR_MS = 10
const LOOK_EVERY_MS = 5
const NEWLINE = 0x0a
/** A write that takes longer hangs: its reader has stopped. */
const HANGS_AFTER_MS = 500

/** A pipe that is full for now, of those that do not wait by themselves. */
const FULL_FOR_NOW = new Set(['EAGAIN', 'EBUSY', 'EINTR'])

/**
 * Writes lines to a file descriptor in the background: a reader that has stopped, a closed pipe or a full disk
 * costs lines, and neither time, nor memory without a limit, nor the process. `process.stderr` ends a process
 * whose reader is gone, and keeps all that a stopped one does not take.
 *
 * @param onRecovered told how many lines were lost, when one was written after them
 */
export function openLogSink(fileDescriptor: number, onRecovered: (lost: number) => void): LogSink {
  let waiting: string[] = []
  let waitingSize = 0
  let writingSince: number | undefined
  let isGathering = false
  let lost = 0
  let lostUntold = 0
  /** What was written last ends within a line. */
  let isBrokenOff = false

  function lose(lines: number): void {
    lost += lines
    lostUntold += lines
  }

  function writeNext(): void {
    if (writingSince !== undefined || isGathering || waiting.length === 0) return
    writingSince = performance.now()
    const text = (isBrokenOff ? '\n' : '') + waiting.join('')
    const lines = waiting.length
    waiting = []
    waitingSize = 0
    push(Buffer.from(text), lines)
  }

  function push(bytes: Buffer, lines: number): void {
    write(fileDescriptor, bytes, (error, written) => {
      if (error !== null && FULL_FOR_NOW.has(error.code ?? '')) {
        setTimeout(push, TRY_AGAIN_AFTER_MS, bytes, lines).unref()
        return
      }
      if (error === null) isBrokenOff = bytes.at(written - 1) !== NEWLINE
      if (error === null && written < bytes.byteLength) {
        push(bytes.subarray(written), lines)
        return
      }
      writingSince = undefined
      if (error === null) tellOfLost()
      else lose(lines)
      gather()
    })
  }

  function gather(): void {
    isGathering = true
    setTimeout(() => {
      isGathering = false
      writeNext()
    }, GATHERED_FOR_MS).unref()
  }

  function tellOfLost(): void {
    if (lostUntold === 0) return
    const untold = lostUntold
    lostUntold = 0
    onRecovered(untold)
  }

  // What a sudden end would leave unwritten. Not beside a write that hangs, for this one would hang as well.
  process.on('exit', () => {
    const hangs = writingSince !== undefined && performance.now() - writingSince > HANGS_AFTER_MS
    if (hangs || waiting.length === 0) return
    try {
      writeSync(fileDescriptor, waiting.join(''))
    } catch {
      // Nobody is left to be told.
    }
  })

  return {
    write(line) {
      if (waitingSize + line.length > MAX_WAITING) {
        lose(1)
        return false
      }
      waiting.push(line)
      waitingSize += line.length
      writeNext()
      return true
    },
    async flush(withinMs) {
      const endsAt = performance.now() + withinMs
      const isIdle = (): boolean => writingSince === undefined && !isGathering && waiting.length === 0
      while (!isIdle() && performance.now() < endsAt) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
      }
      return isIdle()
    },
    get lost() {
      return lost
    },
  }
}
