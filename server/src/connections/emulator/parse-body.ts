import type { z } from 'zod'

/** @returns the body of a POST, or the errcode that it gets */
export function parseBody<Output>(schema: z.ZodType<Output>, text: string): Output | number {
  if (text === '') return 44002
  try {
    return schema.safeParse(JSON.parse(text)).data ?? 47001
  } catch {
    return 47001
  }
}
