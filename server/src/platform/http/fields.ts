import { z } from 'zod'
import { Refusal } from '../refusal.ts'
import { doorRefusals } from './refusals.ts'

/**
 * A text field of a body. Clients of this family are known to send stray spaces around it; only spaces go.
 * A line break or another control character is refused, so that none reaches a message, a header or a log.
 */
export const textField = z
  .string()
  .overwrite((text) => text.replace(/^ +| +$/g, ''))
  .min(1)
  .max(1024)
  .refine((text) => !/\p{Cc}/u.test(text))

/**
 * Reads a body by its schema.
 *
 * @throws {Refusal} `fieldMissing` or `fieldMalformed`, naming the field; a refusal that a schema throws itself
 *   passes through
 */
export function parseFields<Output>(schema: z.ZodType<Output>, body: unknown): Output {
  const parsed = schema.safeParse(body ?? {})
  if (parsed.success) return parsed.data

  const issue = parsed.error.issues[0]
  const field = issue === undefined || issue.path.length === 0 ? 'body' : issue.path.join('.')
  throw new Refusal(isMissing(body, issue?.path) ? doorRefusals.fieldMissing : doorRefusals.fieldMalformed, {
    values: [field],
  })
}

/** Absent, `null` and blank count as missing. */
function isMissing(body: unknown, path: readonly PropertyKey[] = []): boolean {
  let value = body ?? {}
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return false
    const entry: [string, unknown] | undefined = Object.entries(value).find(([key]) => key === name)
    if (entry === undefined || entry[1] === null) return true
    value = entry[1] ?? ''
  }
  return typeof value === 'string' && value.trim() === ''
}
