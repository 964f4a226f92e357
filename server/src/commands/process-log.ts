import { type Log, openLog } from '../platform/log.ts'
import { openLogSink } from '../platform/log-sink.ts'

const STDERR = 2
/** How long the end of a process waits for a log whose reader is slow. */
const FLUSH_WITHIN_MS = 500

/** The log of a process that serves, on standard error. */
export interface ProcessLog {
  readonly log: Log
  /** Lines that could not be written since the start. */
  lost(): number
  /** Ends the process, with its log written as far as somebody reads it. */
  leave(exitCode: number): Promise<void>
}

/** Opens the log, and lets nothing that becomes of it, or of standard output, hold up or end the process. */
export function openProcessLog(style: 'json' | 'readable' | 'silent'): ProcessLog {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  const sink = openLogSink(STDERR, (lost) => log.warn(`${lost} lines of the log were lost`))
  const log = openLog(style, sink, process.stderr.isTTY && process.stderr.hasColors())

  async function leave(exitCode: number): Promise<void> {
    const isWritten = await sink.flush(FLUSH_WITHIN_MS)
    // A write that hangs would hold up the exit for ever.
    if (!isWritten) process.kill(process.pid, 'SIGKILL')
    process.exit(exitCode)
  }

  // Not left to Node, which would print whatever a library wrote into its error.
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a rejection that nobody handled'))
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'an error that nobody caught')
    void leave(1)
  })
  return { log, lost: () => sink.lost, leave }
}
