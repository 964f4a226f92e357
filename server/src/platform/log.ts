import { format } from 'node:util'
import { pino, type DestinationStream, type Logger } from 'pino'
import { describeError } from './describe-error.ts'
import { readableLine } from './readable-line.ts'
import { scrub } from './scrub.ts'

/** Where the server tells its operator what happens. Never given a secret, a code or a clear address. */
export type Log = Logger

/**
 * Opens the log: one JSON object a line, or short lines for a person at a terminal. What it is told of errors is
 * scrubbed, because nobody knows what a library writes into one.
 *
 * @param isColoured for a terminal that shows colours; JSON has none
 */
export function openLog(
  style: 'json' | 'readable' | 'silent',
  stream: Pick<NodeJS.WritableStream, 'write'>,
  isColoured = false,
): Log {
  if (style === 'silent') return pino({ level: 'silent' })
  const destination: DestinationStream = {
    write: (line) => void stream.write(style === 'json' ? line : readableLine(line, isColoured)),
  }
  return pino(
    {
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      // The framework hands over whole requests with errors of its own: headers, and so tokens.
      serializers: { err: describeError, error: describeError, req: dropped, res: dropped },
      hooks: {
        logMethod(args, method) {
          method.apply(this, withoutErrorText(args))
        },
      },
    },
    destination,
  )
}

type LogArguments = Parameters<Log['info']>

/** A line about an error that has no text gets the error's, and some callers repeat it as theirs. */
function withoutErrorText(args: LogArguments): LogArguments {
  const [first, text, ...values]: readonly unknown[] = args
  const error = first instanceof Error ? first : errorIn(first)
  if (error === undefined) return args
  const details = first instanceof Error ? { err: first } : first
  return [details, text === undefined ? 'an error' : scrub(format(text, ...values))]
}

function errorIn(details: unknown): Error | undefined {
  if (typeof details !== 'object' || details === null || !('err' in details)) return undefined
  return details.err instanceof Error ? details.err : undefined
}

function dropped(): undefined {
  return undefined
}
