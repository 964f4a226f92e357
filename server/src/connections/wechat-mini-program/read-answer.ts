import { z } from 'zod'
import { parseJsonBody } from '../../platform/http/json-body.ts'

/** The fields of an answer that is JSON and no errcode. Nothing of them has been looked at. */
export type AnswerFields = Readonly<Record<string, unknown>>

export type WeChatAnswer<Content> =
  | { readonly kind: 'content'; readonly content: Content }
  | { readonly kind: 'errcode'; readonly errcode: number }
  /** `because` is for the log and holds nothing of the answer. */
  | { readonly kind: 'malformed'; readonly because: string }

/** Takes what was asked for out of an answer; an answer without it is `malformed`. */
export type ReadContent<Content> = (fields: AnswerFields) => WeChatAnswer<Content>

const fieldsSchema = z.record(z.string(), z.unknown())

/** WeChat sends it as a number or as a string. */
const errcodeSchema = z
  .union([z.int(), z.string().regex(/^-?\d{1,9}$/)])
  .transform(Number)
  .default(0)

/**
 * An answer that has both a content and an errcode is an errcode. A key written twice makes the whole answer
 * malformed: the last one would win, and choose the person.
 */
export function readAnswer<Content>(text: string, readContent: ReadContent<Content>): WeChatAnswer<Content> {
  const fields = parseObject(text)
  if (fields === undefined) return { kind: 'malformed', because: 'not one JSON object' }

  const errcode = errcodeSchema.safeParse(fields['errcode'])
  if (!errcode.success) return { kind: 'malformed', because: 'errcode is not a number' }
  if (errcode.data !== 0) return { kind: 'errcode', errcode: errcode.data }
  return readContent(fields)
}

function parseObject(text: string): AnswerFields | undefined {
  try {
    return fieldsSchema.safeParse(parseJsonBody(Buffer.from(text))).data
  } catch {
    return undefined
  }
}
