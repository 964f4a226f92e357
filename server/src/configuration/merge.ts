import { z } from 'zod'
import { formOf, isPlainObject, lookAt, valueAt } from './form.ts'

/**
 * What is stored, with the fields that the file names in their place. A list or a map of names is one field. An
 * object that becomes one of another kind keeps nothing.
 */
export function merge(schema: z.ZodType, stored: unknown, named: unknown): unknown {
  if (named === undefined) return stored
  const form = formOf(schema, lookAt(named))
  if (form.kind !== 'fields' || !isPlainObject(stored) || !isPlainObject(named)) return named
  if (form.chosenBy !== undefined && stored[form.chosenBy] !== named[form.chosenBy]) return named
  const keys = new Set([...Object.keys(stored), ...Object.keys(named)])
  return Object.fromEntries(
    [...keys].map((key) => [
      key,
      merge(form.fields[key] ?? z.unknown(), valueAt(stored, [key]), valueAt(named, [key])),
    ]),
  )
}

/** The one spelling of an object in file form; fields that it does not have stay out of it. */
export function canonical(schema: z.ZodType, fields: unknown): unknown {
  const parsed = schema.safeParse(fields)
  if (!parsed.success) return fields
  try {
    return withKeysOf(fields, z.encode(schema, parsed.data))
  } catch (error) {
    // A schema that reads one way only: what it takes is compared as it was written.
    if (error instanceof z.core.$ZodEncodeError) return fields
    throw error
  }
}

function withKeysOf(given: unknown, spelled: unknown): unknown {
  if (!isPlainObject(given) || !isPlainObject(spelled)) return spelled
  return Object.fromEntries(Object.keys(given).map((key) => [key, withKeysOf(given[key], spelled[key])]))
}
