import { z } from 'zod'
import type { AnswerFields, WeChatAnswer } from './read-answer.ts'

/** A person as WeChat names him to one mini program. */
export interface WeChatPerson {
  readonly openid: string
  /** Only when the mini program belongs to a WeChat Open Platform account. */
  readonly unionid: string | undefined
}

/**
 * An id decides who signs in, so one that a broken source makes up for everybody (`"null"`, a blank) may
 * not pass. WeChat's own have 28 letters, digits, `-` and `_`.
 */
const idSchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/)
  .refine((id) => !/^(null|undefined)$/i.test(id))

const unionidSchema = z.union([z.literal('').transform(() => undefined), idSchema]).optional()

/** The person in an answer of `code2Session`. `session_key` is not read. */
export function readPerson(fields: AnswerFields): WeChatAnswer<WeChatPerson> {
  const openid = idSchema.safeParse(fields['openid'])
  if (!openid.success) return { kind: 'malformed', because: 'no usable openid' }
  const unionid = unionidSchema.safeParse(fields['unionid'])
  if (!unionid.success) return { kind: 'malformed', because: 'no usable unionid' }
  return { kind: 'content', content: { openid: openid.data, unionid: unionid.data } }
}
