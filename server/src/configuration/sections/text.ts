import { z } from 'zod'

/** Text of one line that a person reads: no control characters, no spaces around it. */
export function lineOfText(atMost: number): z.ZodString {
  return z.string().regex(new RegExp(String.raw`^(?! )[^\x00-\x1f\x7f-\x9f]{1,${atMost}}(?<! )$`), {
    error: `must be text of 1 to ${atMost} characters, on one line, without spaces around it`,
  })
}
