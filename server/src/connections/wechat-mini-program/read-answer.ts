import { isIP } from 'node:net'
import { z } from 'zod'
import { parseJsonBody } from '../../platform/http/json-body.ts'

/** The fields of an answer that is JSON and no errcode. Nothing of them has been looked at. */
export type AnswerFields = Readonly<Record<string, unknown>>

export type WeChatAnswer<Content> =
  | { readonly kind: 'content'; readonly content: Content }
  /** `seenIp` is there when WeChat says from which address it was called. */
  | { readonly kind: 'errcode'; readonly errcode: number; readonly seenIp?: string }
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
  if (errcode.data !== 0) {
    const seenIp = findIp(fields['errmsg'])
    return { kind: 'errcode', errcode: errcode.data, ...(seenIp !== undefined && { seenIp }) }
  }
  return readContent(fields)
}

/** `invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist`; nothing else of an errmsg is taken. */
function findIp(errmsg: unknown): string | undefined {
  const ip =
    typeof errmsg === 'string' ? /^invalid ip ([\da-fA-F.:]{2,45})[\s,]/.exec(errmsg)?.[1] : undefined
  return ip !== undefined && isIP(ip) !== 0 ? ip : undefined
}

function parseObject(text: string): AnswerFields | undefined {
  try {
    return fieldsSchema.safeParse(parseJsonBody(Buffer.from(text))).data
  } catch {
    return undefined
  }
}
