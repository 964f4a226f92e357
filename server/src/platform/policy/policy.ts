import type { z } from 'zod'

/**
 * A rule of this deployment that its operator sets, for example which area codes may be sent to. Each room
 * defines its own; the configuration file names their fields as the schema does.
 */
export interface Policy<Schema extends z.ZodObject = z.ZodObject> {
  /** Also its key in the configuration file. */
  readonly name: string
  /** Every field has a default that is safe, and a sentence (`.describe`) for the reference. */
  readonly schema: Schema
  /** Fills in the defaults; the same fields are read through once. */
  read(setFields: Readonly<Record<string, unknown>>): z.output<Schema>
}

export function definePolicy<Schema extends z.ZodObject>(name: string, schema: Schema): Policy<Schema> {
  const known = new WeakMap<object, z.output<Schema>>()
  return {
    name,
    schema,
    read(setFields) {
      const policy = known.get(setFields) ?? schema.parse(setFields)
      known.set(setFields, policy)
      return policy
    },
  }
}
