import { z } from 'zod'
import { isSecretField } from '../platform/secret-field.ts'
import type { Section } from './section.ts'

/** A node of a JSON Schema. */
export type JsonSchema = z.core.JSONSchema.JSONSchema

const SECRET = 'x-secret'

/** A secret is named, in one of two ways. */
const namedSecret: readonly JsonSchema[] = [
  { type: 'string', pattern: String.raw`^\$\{[A-Za-z_][A-Za-z0-9_]*\}$` },
  {
    type: 'object',
    properties: { file: { type: 'string', description: 'A path, from the directory of this file.' } },
    required: ['file'],
    additionalProperties: false,
  },
]

/** What takes any form once it is filled in. */
const withVariable: JsonSchema = { type: 'string', pattern: String.raw`\$\{` }

/**
 * The configuration file as a JSON Schema (2020-12), for editors. It asks for less than `apply` does: a field that
 * is stored already may be left out, and what is stored an editor does not know.
 */
export function configurationJsonSchema(sections: readonly Section[]): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Ligature configuration',
    type: ['object', 'null'],
    properties: Object.fromEntries(sections.map((section) => [section.name, schemaOf(section)])),
    additionalProperties: false,
  }
}

function schemaOf(section: Section): JsonSchema {
  const object = inFileForm(schemaFrom(section.schema))
  const described = { description: section.meaning }
  if (section.form === 'fields') return nullable({ ...object, ...described })
  const { type, pattern } = schemaFrom(section.names)
  return nullable({
    ...described,
    type: 'object',
    propertyNames: { type, ...(pattern !== undefined && { pattern }) } as JsonSchema,
    additionalProperties: object.type === 'object' ? nullable(object) : object,
  })
}

/** What may be left without a value: nothing of it is named then. */
function nullable(schema: JsonSchema): JsonSchema {
  return { ...schema, type: ['object', 'null'] } as unknown as JsonSchema
}

function schemaFrom(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    override({ zodSchema, jsonSchema }) {
      if (!(zodSchema instanceof z.ZodType)) return
      if (isSecretField(zodSchema)) jsonSchema[SECRET] = true
      if (zodSchema instanceof z.ZodPrefault && isEmpty(jsonSchema.default)) delete jsonSchema.default
      if (zodSchema instanceof z.ZodDefault)
        jsonSchema.default = z.encode(zodSchema, zodSchema.parse(undefined))
    },
  })
  return rest
}

/** A schema as it is for a file: whatever is stored may be left out, secrets are named, texts may hold variables. */
function inFileForm(schema: JsonSchema): JsonSchema {
  const { description, default: fallback, title, ...rest } = schema
  const about = {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(fallback !== undefined && { default: fallback }),
  }
  if (rest[SECRET] === true) return { ...about, anyOf: [...namedSecret] }
  if (rest.type === 'string' && rest.const === undefined && rest.enum === undefined) {
    const isAny = Object.keys(rest).length === 1
    return isAny ? { ...about, ...rest } : { ...about, anyOf: [rest, withVariable] }
  }
  return { ...about, ...withInner(rest) }
}

function withInner(schema: JsonSchema): JsonSchema {
  const { properties, required, items, anyOf, oneOf, additionalProperties, ...rest } = schema
  return {
    ...rest,
    ...(properties !== undefined && fieldsOf(properties, required ?? [])),
    ...(isSchema(additionalProperties) && { additionalProperties: inFileForm(additionalProperties) }),
    ...(isSchema(items) && { items: inFileForm(items) }),
    ...choiceOf(anyOf ?? oneOf),
  }
}

function choiceOf(options: readonly JsonSchema[] | undefined): JsonSchema {
  if (options === undefined) return {}
  return {
    anyOf: options.map(inFileForm).flatMap((option) => {
      const isChoiceAlone = Object.keys(option).length === 1
      return isChoiceAlone && option.anyOf !== undefined ? option.anyOf : [option]
    }),
  }
}

/** What an object is by its kind stands in the file always; the rest may be stored. */
function fieldsOf(properties: Readonly<Record<string, unknown>>, required: readonly string[]): JsonSchema {
  const fields = Object.entries(properties).flatMap(([key, value]) =>
    isSchema(value) ? [[key, inFileForm(value)] as const] : [],
  )
  const always = required.filter((key) =>
    fields.some(([name, { const: is }]) => name === key && is !== undefined),
  )
  return {
    properties: Object.fromEntries(fields),
    ...(always.length > 0 && { required: always }),
    additionalProperties: false,
  }
}

function isEmpty(value: unknown): boolean {
  return isSchema(value) && Object.keys(value).length === 0
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
