import type { z } from 'zod'
import { formOf, isPlainObject, lookAt, valueAt } from './form.ts'

const MAX_SHOWN = 80

type Fields = Readonly<Record<string, z.ZodType | undefined>>

/**
 * What is different, field by field: `session.lifetime: 5 days -> 7 days`. Of a secret only that it changed.
 *
 * @param unset what a field without a value is called
 */
export function differences(schema: z.ZodType, before: unknown, after: unknown, unset: string): string[] {
  return differencesAt(schema, before, after, unset, '')
}

function differencesAt(
  schema: z.ZodType | undefined,
  before: unknown,
  after: unknown,
  unset: string,
  path: string,
): string[] {
  // What becomes of another kind has other fields than before, and a secret among either is one.
  const forms = schema === undefined ? [] : [before, after].map((value) => formOf(schema, lookAt(value)))
  const fields = Object.assign(
    {},
    ...forms.map((form) => (form.kind === 'fields' ? form.fields : {})),
  ) as Fields
  if (forms.some((form) => form.kind === 'fields') && (isPlainObject(after) || isPlainObject(before))) {
    return Object.keys({ ...keysOf(before), ...keysOf(after) }).flatMap((key) =>
      differencesAt(
        fields[key],
        valueAt(before, [key]),
        valueAt(after, [key]),
        unset,
        path === '' ? key : `${path}.${key}`,
      ),
    )
  }
  if (isSame(before, after)) return []
  const isSecret = forms.length === 0 || forms.some((form) => form.kind === 'secret')
  return [isSecret ? `${path}: changed` : `${path}: ${shown(before, unset)} -> ${shown(after, unset)}`]
}

function keysOf(value: unknown): Record<string, unknown> {
  return isPlainObject(value) ? value : {}
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function shown(value: unknown, unset: string): string {
  if (value === undefined) return unset
  if (value === null) return 'none'
  const text = typeof value === 'string' && /^\P{C}+$/u.test(value) ? value : JSON.stringify(value)
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text
}
