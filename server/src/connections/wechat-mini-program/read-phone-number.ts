import { z } from 'zod'
import type { AnswerFields, WeChatAnswer } from './read-answer.ts'

/** A number as WeChat vouches for it. */
export interface PhoneNumber {
  /** `86` */
  readonly areaCode: string
  /** Without the area code. */
  readonly number: string
  /** The app id of the mini program that the person gave it to. */
  readonly givenTo: string
  /** Milliseconds since the Unix epoch. */
  readonly givenAt: number
}

const phoneInfoSchema = z.object({
  purePhoneNumber: z.string().regex(/^\d{4,15}$/),
  /** A string on WeChat's page, and a number in the example below it. */
  countryCode: z.union([z.int().transform(String), z.string()]).pipe(z.string().regex(/^[1-9]\d{0,2}$/)),
  watermark: z.object({
    /** Seconds since the Unix epoch. */
    timestamp: z.union([
      z.int(),
      z
        .string()
        .regex(/^\d{1,12}$/)
        .transform(Number),
    ]),
    appid: z.string(),
  }),
})

/** The number in an answer of `getPhoneNumber`. `phoneNumber`, which is written in more than one way, is not read. */
export function readPhoneNumber(fields: AnswerFields): WeChatAnswer<PhoneNumber> {
  const parsed = phoneInfoSchema.safeParse(fields['phone_info'])
  if (!parsed.success) {
    // The name of what is wrong, never what it is.
    const name = ['phone_info', ...(parsed.error.issues[0]?.path ?? [])].join('.')
    return { kind: 'malformed', because: `no usable ${name}` }
  }
  const { purePhoneNumber, countryCode, watermark } = parsed.data
  return {
    kind: 'content',
    content: {
      areaCode: countryCode,
      number: purePhoneNumber,
      givenTo: watermark.appid,
      givenAt: watermark.timestamp * 1_000,
    },
  }
}
