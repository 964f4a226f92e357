import type { Clock } from '../../platform/clock.ts'

/** Milliseconds; what WeChat gives a code from `wx.login`, and one of the phone button. */
const CODE_LIVES_MS = 5 * 60 * 1_000

interface IssuedCode<Meaning> {
  readonly meaning: Meaning
  readonly expiresAt: number
  isUsed: boolean
}

/** Codes like those of WeChat: good once, for five minutes. */
export interface OneUseCodes<Meaning> {
  issue(meaning: Meaning): string
  /** What the code stood for, or what is wrong with it. Expired and never issued look alike. */
  use(code: string): { readonly meaning: Meaning } | 'invalid' | 'used'
}

/**
 * @param makeCode a new random one
 * @param capacity codes remembered at most; the oldest are forgotten first
 */
export function openOneUseCodes<Meaning>(
  clock: Clock,
  makeCode: () => string,
  capacity = 20_000,
): OneUseCodes<Meaning> {
  const issued = new Map<string, IssuedCode<Meaning>>()

  // All codes live equally long, so the oldest stand first.
  const forgetExpired = (now: number): void => {
    for (const [code, { expiresAt }] of issued) {
      if (expiresAt > now && issued.size <= capacity) return
      issued.delete(code)
    }
  }

  return {
    issue(meaning) {
      const now = clock.now()
      const code = makeCode()
      issued.set(code, { meaning, expiresAt: now + CODE_LIVES_MS, isUsed: false })
      forgetExpired(now)
      return code
    },

    use(code) {
      forgetExpired(clock.now())
      const found = issued.get(code)
      if (found === undefined) return 'invalid'
      if (found.isUsed) return 'used'
      found.isUsed = true
      return { meaning: found.meaning }
    },
  }
}
