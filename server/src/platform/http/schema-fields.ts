import { z } from 'zod'

/** One field of a body or reply, for a table that a person reads. */
export interface SchemaField {
  /** From the outside in: `next.steps[].send.type`. */
  readonly name: string
  /** `string`, `number`, `"SUCCESS"`, `"zh" | "en"`, `string | null`, `object`, `object[]`. */
  readonly type: string
  readonly isRequired: boolean
}

/** What a schema may be: one form, or one of several. */
export type SchemaForms = readonly (readonly SchemaField[])[]

const node = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
})

type Node = z.infer<typeof node>

/** Whether what fits this schema may have this field, at the top. */
export function hasField(schema: z.ZodType, name: string): boolean {
  // A reply without a body has no JSON form.
  if (schema instanceof z.ZodUndefined) return false
  return schemaForms(schema, 'output').some((form) => form.some((field) => field.name === name))
}

/** Lists the fields of a schema, nested ones under their path; a choice of objects gives one list for each. */
export function schemaForms(schema: z.ZodType, io: 'input' | 'output'): SchemaForms {
  const root = node.parse(z.toJSONSchema(schema, { io }))
  return (root.oneOf ?? root.anyOf ?? [root]).map((form) => fieldsOf(node.parse(form), ''))
}

function fieldsOf(object: Node, prefix: string): SchemaField[] {
  return Object.entries(object.properties ?? {}).flatMap(([key, value]) => {
    const field = node.parse(value)
    const name = `${prefix}${key}`
    return [
      { name, type: typeOf(field), isRequired: object.required?.includes(key) ?? false },
      ...innerFields(field, name),
    ]
  })
}

function innerFields(field: Node, name: string): SchemaField[] {
  if (field.items !== undefined) return fieldsOf(node.parse(field.items), `${name}[].`)
  return fieldsOf(field, `${name}.`)
}

function typeOf(field: Node): string {
  if (field.const !== undefined) return JSON.stringify(field.const)
  if (field.enum !== undefined) return field.enum.map((value) => JSON.stringify(value)).join(' | ')
  const choices = field.anyOf ?? field.oneOf
  if (choices !== undefined) return choices.map((choice) => typeOf(node.parse(choice))).join(' | ')
  if (field.items !== undefined) return `${typeOf(node.parse(field.items))}[]`
  return [field.type ?? 'any'].flat().join(' | ')
}
