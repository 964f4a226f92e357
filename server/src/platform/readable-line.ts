import { stripVTControlCharacters, styleText } from 'node:util'
import { z } from 'zod'
import { type DescribedError, errorInWords } from './describe-error.ts'

/** The longest path of the SDK family, so that what follows stands in one column. */
const ROUTE_WIDTH = 38
const TOOK_WIDTH = 9

const describedError: z.ZodType<DescribedError> = z.object({
  type: z.string(),
  message: z.string(),
  code: z.string().exactOptional(),
  stack: z.array(z.string()),
  get cause() {
    return describedError.exactOptional()
  },
  get errors() {
    return z.array(describedError).exactOptional()
  },
})

const entrySchema = z.looseObject({
  level: z.number(),
  time: z.string(),
  msg: z.string().default(''),
  requestId: z.string().optional(),
})

const requestSchema = z.object({
  method: z.string(),
  route: z.string(),
  status: z.number(),
  tookMs: z.number(),
  outcome: z.string().default(''),
  because: z.string().default(''),
})

type Colour = 'red' | 'yellow' | 'green' | 'dim'
type Paint = (colour: Colour, text: string) => string

/**
 * A line of the log for a person at a terminal: the time here, what happened, and in columns for a request.
 *
 * @param json one line as the log writes it
 */
export function readableLine(json: string, isColoured: boolean): string {
  const entry = entrySchema.safeParse(JSON.parse(json))
  if (!entry.success) return json
  const { level, time, msg, requestId, ...details } = entry.data
  const paint: Paint = (colour, text) =>
    isColoured && text !== '' ? styleText(colour, text, { validateStream: false }) : text
  const clock = paint('dim', new Date(time).toTimeString().slice(0, 8))

  const request = requestSchema.safeParse(details)
  const text = request.success
    ? requestInColumns(request.data, paint)
    : inColumns([markOf(level, paint), visible(msg), detailsOf(details, paint).join(' ')])
  const isFault = level >= 50 && requestId !== undefined
  return `${clock}  ${text}${isFault ? paint('dim', `  request ${requestId}`) : ''}\n`
}

function requestInColumns(request: z.infer<typeof requestSchema>, paint: Paint): string {
  const { method, status, tookMs, route } = request
  const colour = status >= 500 ? 'red' : status >= 400 ? 'yellow' : 'green'
  const columns = [
    `${method.padEnd(4)} ${paint(colour, String(status))}`,
    paint('dim', `${tookMs.toFixed(1)} ms`.padStart(TOOK_WIDTH)),
    visible(route).padEnd(ROUTE_WIDTH),
    paint(colour, visible(request.outcome)),
    paint('dim', visible(request.because)),
  ]
  return inColumns(columns)
}

function inColumns(columns: readonly string[]): string {
  return columns.filter((column) => column !== '').join('  ')
}

/** As wide as the method and the status of a request. */
function markOf(level: number, paint: Paint): string {
  if (level >= 50) return paint('red', 'ERROR   ')
  return level >= 40 ? paint('yellow', 'warning ') : '        '
}

function detailsOf(details: Readonly<Record<string, unknown>>, paint: Paint): string[] {
  return Object.entries(details).map(([name, value]) => {
    const error = name === 'err' ? describedError.safeParse(value) : undefined
    if (error?.success === true) return visible(errorInWords(error.data))
    return paint(
      'dim',
      `${visible(name)}=${visible(typeof value === 'string' ? value : JSON.stringify(value))}`,
    )
  })
}

/** On one line, and without what a terminal would obey. */
function visible(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\u2028\u2029\p{Bidi_Control}]/gu, '�')
}
