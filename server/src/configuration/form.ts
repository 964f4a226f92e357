import { z } from 'zod'
import { isSecretField } from '../platform/secret-field.ts'

/** What a schema asks for, as far as a file shows it. */
export type Form =
  | {
      readonly kind: 'fields'
      readonly fields: Readonly<Record<string, z.ZodType>>
      /** The field that chose these fields among several kinds of them. */
      readonly chosenBy?: string
    }
  /** Several kinds of fields, and nothing that chooses among them. */
  | { readonly kind: 'choice'; readonly by: string; readonly names: readonly string[] }
  | { readonly kind: 'record'; readonly value: z.ZodType }
  | { readonly kind: 'list'; readonly element: z.ZodType }
  | { readonly kind: 'secret' }
  | { readonly kind: 'value' }

/** What a value is at first sight, whether it is a node of a file or plain data. */
export interface Look {
  readonly shape: 'map' | 'list' | 'scalar'
  /** The text that a map has under this key. */
  at(key: string): unknown
}

/** Tells what a schema asks for; where it leaves a choice, the look of the value decides. */
export function formOf(schema: z.ZodType, look: Look): Form {
  if (isSecretField(schema)) return { kind: 'secret' }
  const inner = innerOf(schema)
  if (inner !== undefined) return formOf(inner, look)
  if (schema instanceof z.ZodDiscriminatedUnion) return chosen(schema, look)
  if (schema instanceof z.ZodUnion) {
    const forms = schema.options.map((option) => formOf(typeOf(option), look))
    return forms.find((form) => shapes[form.kind] === look.shape) ?? forms[0] ?? { kind: 'value' }
  }
  if (schema instanceof z.ZodObject) return { kind: 'fields', fields: fieldsOf(schema) }
  if (schema instanceof z.ZodRecord) return { kind: 'record', value: typeOf(schema.valueType) }
  if (schema instanceof z.ZodArray) return { kind: 'list', element: typeOf(schema.element) }
  return { kind: 'value' }
}

const shapes = {
  fields: 'map',
  choice: 'map',
  record: 'map',
  list: 'list',
  secret: 'scalar',
  value: 'scalar',
} as const satisfies Record<Form['kind'], Look['shape']>

function chosen(schema: z.ZodDiscriminatedUnion, look: Look): Form {
  const by = schema.def.discriminator
  const kinds = kindsOf(schema)
  const kind = kinds.find(({ name }) => name === look.at(by))
  if (kind === undefined) return { kind: 'choice', by, names: kinds.map(({ name }) => name) }
  return { kind: 'fields', fields: kind.fields, chosenBy: by }
}

/** The kinds that an object can be of, each with its own fields. */
export function kindsOf(
  schema: z.ZodDiscriminatedUnion,
): { readonly name: string; readonly fields: Readonly<Record<string, z.ZodType>> }[] {
  return schema.options.flatMap((option) => {
    if (!(option instanceof z.ZodObject)) throw new TypeError('a kind is described by its fields')
    const fields = fieldsOf(option)
    const names = fields[schema.def.discriminator]
    if (!(names instanceof z.ZodLiteral)) throw new TypeError('a kind is named by a literal')
    return [...names.values].map((name) => ({ name: String(name), fields }))
  })
}

function fieldsOf(schema: z.ZodObject): Record<string, z.ZodType> {
  return Object.fromEntries(Object.entries(schema.shape).map(([key, value]) => [key, typeOf(value)]))
}

/** What stands inside a schema that says of another that it may be left out, is `null`, or is written as text. */
export function innerOf(schema: z.ZodType): z.ZodType | undefined {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodReadonly
  ) {
    return typeOf(schema.unwrap())
  }
  return schema instanceof z.ZodPipe ? typeOf(schema.in) : undefined
}

export function isNullable(schema: z.ZodType): boolean {
  if (schema instanceof z.ZodNullable) return true
  const inner = innerOf(schema)
  return inner !== undefined && isNullable(inner)
}

/** Zod hands out parts of a schema by a wider type. */
export function typeOf(schema: unknown): z.ZodType {
  if (schema instanceof z.ZodType) return schema
  throw new TypeError('not a schema')
}

/** @returns the schema at a path inside the value; `undefined` where the value has left the schema */
export function schemaAt(
  schema: z.ZodType,
  value: unknown,
  path: readonly PropertyKey[],
): z.ZodType | undefined {
  const [step, ...rest] = path
  if (step === undefined) return schema
  const form = formOf(schema, lookAt(value))
  const next =
    form.kind === 'fields'
      ? form.fields[String(step)]
      : form.kind === 'list'
        ? form.element
        : form.kind === 'record'
          ? form.value
          : undefined
  return next && schemaAt(next, valueAt(value, [step]), rest)
}

export function lookAt(value: unknown): Look {
  return {
    shape: Array.isArray(value) ? 'list' : isPlainObject(value) ? 'map' : 'scalar',
    at: (key) => valueAt(value, [key]),
  }
}

export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value
  for (const step of path) {
    if (Array.isArray(found)) found = found[Number(step)]
    else if (isPlainObject(found)) found = Object.hasOwn(found, step) ? found[String(step)] : undefined
    else return undefined
  }
  return found
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
