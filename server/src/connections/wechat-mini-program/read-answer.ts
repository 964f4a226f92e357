import { z } from 'zod'
import { parseJsonBody } from '../../platform/http/json-body.ts'

/** A person as WeChat names him to one mini program. */
export interface WeChatPerson {
  readonly openid: string
  /** Only when the mini program belongs to a WeChat Open Platform account. */
  readonly unionid: string | undefined
}

export type WeChatAnswer =
  | { readonly kind: 'person'; readonly person: WeChatPerson }
  | { readonly kind: 'errcode'; readonly errcode: number }
  | { readonly kind: 'malformed'; readonly because: string }

const answerSchema = z.object({
  errcode: z.unknown().optional(),
  openid: z.unknown().optional(),
  unionid: z.unknown().optional(),
})

/** WeChat sends it as a number or as a string. */
const errcodeSchema = z
  .union([z.int(), z.string().regex(/^-?\d{1,9}$/)])
  .transform(Number)
  .default(0)

/**
 * An id decides who signs in, so one that a broken source makes up for everybody (`"null"`, a blank) may
 * not pass. WeChat's own have 28 letters, digits, `-` and `_`.
 */
const idSchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/)
  .refine((id) => !/^(null|undefined)$/i.test(id))

const unionidSchema = z.union([z.literal('').transform(() => undefined), idSchema]).optional()

/**
 * An answer that says both who it is and an errcode is an errcode. `session_key` is not read. A key written
 * twice makes the whole answer malformed: the last one would win, and choose the person.
 */
export function readAnswer(text: string): WeChatAnswer {
  const answer = parseObject(text)
  if (answer === undefined) return { kind: 'malformed', because: 'not one JSON object' }

  const errcode = errcodeSchema.safeParse(answer.errcode)
  if (!errcode.success) return { kind: 'malformed', because: 'errcode is not a number' }
  if (errcode.data !== 0) return { kind: 'errcode', errcode: errcode.data }

  const openid = idSchema.safeParse(answer.openid)
  if (!openid.success) return { kind: 'malformed', because: 'no usable openid' }
  const unionid = unionidSchema.safeParse(answer.unionid)
  if (!unionid.success) return { kind: 'malformed', because: 'no usable unionid' }
  return { kind: 'person', person: { openid: openid.data, unionid: unionid.data } }
}

function parseObject(text: string): z.infer<typeof answerSchema> | undefined {
  try {
    return answerSchema.safeParse(parseJsonBody(Buffer.from(text))).data
  } catch {
    return undefined
  }
}
