import type { z } from 'zod'
import { schemaAt, valueAt } from './form.ts'
import { inWords } from './in-words.ts'
import { didYouMean } from './nearest.ts'
import type { Path } from './read-value.ts'

/** What a schema has against a value, where it does not say so itself. */
export const OUR_SENTENCE = ''

/** What a schema has against a value, once for each part of it, and as deep inside as it can be told. */
export function issuesIn(error: z.ZodError): z.core.$ZodIssue[] {
  const issues = error.issues.flatMap(innerIssues)
  // What has the wrong type is told so, and not also that it is too short.
  return issues.filter(
    (issue, index) => issues.findIndex(({ path }) => path.join('\n') === issue.path.join('\n')) === index,
  )
}

/** Of a value that may be one of several things: what is wrong inside the one that it looks like. */
function innerIssues(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue]
  const meant = issue.errors.find((inner) => inner.length > 0 && inner.every(({ path }) => path.length > 0))
  return meant === undefined
    ? [issue]
    : meant.flatMap((inner) => innerIssues({ ...inner, path: [...issue.path, ...inner.path] }))
}

/**
 * What is to be done about a value that its schema refuses, as the end of a sentence about it.
 *
 * @param value the whole that was refused
 * @param asWritten of a value that is no text
 */
export function sentenceOf(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  value: unknown,
  asWritten: string | undefined,
): string {
  if (issue.message !== OUR_SENTENCE) return issue.message
  const asked = schemaAt(schema, value, issue.path)
  const words = asked === undefined ? 'something else' : inWords(asked)
  const wantsText = words.startsWith('text') || (issue.code === 'invalid_type' && issue.expected === 'string')
  const quoted = wantsText && asWritten !== undefined ? `; in quotes it is: "${asWritten}"` : ''
  return `must be ${limitOf(issue) ?? words}${quoted}${hintOf(issue, value)}`
}

function limitOf(issue: z.core.$ZodIssue): string | undefined {
  if (issue.code === 'too_small') return `${countOf(issue.origin, issue.minimum)} or more`
  if (issue.code === 'too_big') return `${countOf(issue.origin, issue.maximum)} or fewer`
  if (issue.code === 'invalid_format') return formatOf(issue)
  return undefined
}

function formatOf({ format, pattern }: z.core.$ZodIssueInvalidStringFormat): string {
  if (format === 'email') return 'an email address'
  if (format !== 'url') return `of the form ${pattern ?? format}`
  return pattern === undefined ? 'a URL' : `a URL of the scheme ${pattern.replaceAll(/[$/^]/g, '')}`
}

function countOf(origin: string, count: number | bigint): string {
  if (origin === 'string') return `text of ${count} characters`
  return origin === 'array' ? `a list of ${count} entries` : String(count)
}

function hintOf(issue: z.core.$ZodIssue, value: unknown): string {
  const given = valueAt(value, issue.path)
  if (issue.code !== 'invalid_value' || typeof given !== 'string') return ''
  return didYouMean(given, issue.values.map(String))
}

/** Whether what is refused is that nothing is there. */
export function isMissing(value: unknown, path: Path): boolean {
  return path.length > 0 && valueAt(value, path) === undefined
}
