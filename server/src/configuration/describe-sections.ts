import { z } from 'zod'
import { isSecretField } from '../platform/secret-field.ts'
import { formOf, innerOf, kindsOf, lookAt } from './form.ts'
import { inWords } from './in-words.ts'
import type { Section } from './section.ts'

/** One field of an object, for a table that a person reads. */
export interface DescribedField {
  /** `session.lifetime` */
  readonly name: string
  /** What it takes: `text`, `true or false`. */
  readonly takes: string
  /** As one would write it in the file; `undefined` when a new object needs the field. */
  readonly default: string | undefined
  readonly meaning: string
}

export interface DescribedSection {
  readonly name: string
  readonly form: Section['form']
  readonly meaning: string
  /** What one object holds; several when it is of one of several kinds. */
  readonly kinds: readonly { readonly name: string | undefined; readonly fields: readonly DescribedField[] }[]
}

/** Every section with every field, for the reference. */
export function describeSections(sections: readonly Section[]): DescribedSection[] {
  return sections.map(({ name, form, meaning, schema }) => ({ name, form, meaning, kinds: kindsIn(schema) }))
}

function kindsIn(schema: z.ZodType): DescribedSection['kinds'] {
  if (schema instanceof z.ZodDiscriminatedUnion) {
    // What says which kind it is stands first, wherever the schema has it.
    const by = schema.def.discriminator
    return kindsOf(schema).map(({ name, fields: { [by]: kind, ...fields } }) => ({
      name,
      fields: fieldsOf({ ...(kind && { [by]: kind }), ...fields }, ''),
    }))
  }
  const form = formOf(schema, lookAt({}))
  if (form.kind === 'fields') return [{ name: undefined, fields: fieldsOf(form.fields, '') }]
  return [{ name: undefined, fields: [describe('', schema)] }]
}

function fieldsOf(fields: Readonly<Record<string, z.ZodType>>, prefix: string): DescribedField[] {
  return Object.entries(fields).flatMap(([key, schema]) => {
    const name = `${prefix}${key}`
    const form = isGroup(schema) ? formOf(schema, lookAt({})) : undefined
    if (form?.kind !== 'fields') return [describe(name, schema)]
    // A group that says nothing of itself is told of by what it holds.
    const own = meaningOf(schema) === '' ? [] : [describe(name, schema)]
    return [...own, ...fieldsOf(form.fields, `${name}.`)]
  })
}

function isGroup(schema: z.ZodType): boolean {
  const inner = schema instanceof z.ZodPipe ? undefined : innerOf(schema)
  return inner === undefined ? schema instanceof z.ZodObject : isGroup(inner)
}

function describe(name: string, schema: z.ZodType): DescribedField {
  return { name, takes: takenBy(schema), default: defaultOf(schema), meaning: meaningOf(schema) }
}

function takenBy(schema: z.ZodType): string {
  const inner = innerOf(schema)
  if (isSecretField(schema)) return 'a secret'
  if (schema instanceof z.ZodNullable && inner !== undefined) return `${inWords(inner)}, or nothing`
  return inner === undefined ? inWords(schema) : takenBy(inner)
}

function meaningOf(schema: z.ZodType): string {
  const inner = innerOf(schema)
  return schema.description ?? (inner === undefined ? '' : meaningOf(inner))
}

function defaultOf(schema: z.ZodType): string | undefined {
  if (schema instanceof z.ZodOptional) return 'none'
  const parsed = schema.safeParse(undefined)
  if (!parsed.success) return undefined
  const written = z.encode(schema, parsed.data)
  if (written === null) return 'none'
  return typeof written === 'string' ? written : JSON.stringify(written)
}
