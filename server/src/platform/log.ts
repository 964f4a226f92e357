import { pino, type DestinationStream, type Logger } from 'pino'

/** Where the server tells its operator what happens. Never given a secret, a code or a clear address. */
export type Log = Logger

/** Opens the log: one JSON object a line, or short lines for a person at a terminal. */
export function openLog(
  style: 'json' | 'readable' | 'silent',
  stream: Pick<NodeJS.WritableStream, 'write'>,
): Log {
  if (style === 'silent') return pino({ level: 'silent' })
  const destination: DestinationStream = {
    write: (line) => void stream.write(style === 'json' ? line : readable(line)),
  }
  return pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination)
}

/** `18:02:11 POST /api/v2/sdk/social/bind 200 3 ms SUCCESS`, then whatever else the line holds. */
function readable(line: string): string {
  const entry: unknown = JSON.parse(line)
  if (typeof entry !== 'object' || entry === null) return line
  const { level, time, msg, ...rest } = Object.fromEntries(Object.entries(entry))
  const details = Object.entries(rest)
    .map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(' ')
  const mark = Number(level) >= 50 ? 'ERROR ' : Number(level) >= 40 ? 'warning: ' : ''
  return `${String(time).slice(11, 19)} ${mark}${String(msg)}${details === '' ? '' : `  ${details}`}\n`
}
