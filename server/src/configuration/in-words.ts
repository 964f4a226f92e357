import { z } from 'zod'
import { isSecretField } from '../platform/secret-field.ts'
import { innerOf, kindsOf, typeOf } from './form.ts'
import { oneOf } from './nearest.ts'

/** What a schema takes, as one would say it: `text`, `true or false`, `"a" or "b"`, `a list of text`. */
export function inWords(schema: z.ZodType): string {
  const title = z.globalRegistry.get(schema)?.title
  if (title !== undefined) return title
  if (isSecretField(schema)) return 'a secret'
  const inner = innerOf(schema)
  if (inner !== undefined) return inWords(inner)
  if (schema instanceof z.ZodEnum) return oneOf(schema.options.map(String))
  if (schema instanceof z.ZodLiteral) return oneOf([...schema.values].map(String))
  if (schema instanceof z.ZodBoolean) return 'true or false'
  if (schema instanceof z.ZodNumber) return schema.format === null ? 'a number' : 'a whole number'
  if (schema instanceof z.ZodArray) return `a list, each entry ${inWords(typeOf(schema.element))}`
  if (schema instanceof z.ZodRecord) return 'a group of keys'
  if (schema instanceof z.ZodObject) return `a group with ${Object.keys(schema.shape).join(', ')}`
  if (schema instanceof z.ZodDiscriminatedUnion) {
    return `a group of the kind ${oneOf(kindsOf(schema).map(({ name }) => name))}`
  }
  if (schema instanceof z.ZodUnion) {
    return [...new Set(schema.options.map((option) => inWords(typeOf(option))))].join(', or ')
  }
  return 'text'
}
