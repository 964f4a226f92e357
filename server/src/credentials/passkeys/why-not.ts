const LONGEST = 200

/**
 * Why a response was not verified, for the operator: in the words of the library, which may quote what the caller
 * sent, so in one line and not for ever.
 */
export function whyNot(error: unknown): string {
  const text = error instanceof Error ? error.message : 'unknown'
  return text.replace(/[\p{Cc}\u2028\u2029\p{Bidi_Control}]/gu, ' ').slice(0, LONGEST)
}
