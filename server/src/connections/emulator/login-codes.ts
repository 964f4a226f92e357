import type { Clock } from '../../platform/clock.ts'
import { randomAlphanumeric } from '../../platform/secrets.ts'
import type { Persona } from './wechat-people.ts'

/** Milliseconds; what WeChat gives a code from `wx.login`. */
const CODE_LIVES_MS = 5 * 60 * 1_000

interface IssuedCode {
  readonly persona: Persona
  readonly expiresAt: number
  isUsed: boolean
}

/** Codes like those of `wx.login`: good once, for five minutes. */
export interface LoginCodes {
  issue(persona: Persona): string
  /** The person whose code it was, or what is wrong with it. Expired and never issued look alike. */
  use(code: string): Persona | 'invalid' | 'used'
}

/** @param capacity codes remembered at most; the oldest are forgotten first */
export function openLoginCodes(clock: Clock, capacity = 20_000): LoginCodes {
  const issued = new Map<string, IssuedCode>()

  // All codes live equally long, so the oldest stand first.
  const forgetExpired = (now: number): void => {
    for (const [code, { expiresAt }] of issued) {
      if (expiresAt > now && issued.size <= capacity) return
      issued.delete(code)
    }
  }

  return {
    issue(persona) {
      const now = clock.now()
      const code = randomAlphanumeric(32)
      issued.set(code, { persona, expiresAt: now + CODE_LIVES_MS, isUsed: false })
      forgetExpired(now)
      return code
    },

    use(code) {
      forgetExpired(clock.now())
      const found = issued.get(code)
      if (found === undefined) return 'invalid'
      if (found.isUsed) return 'used'
      found.isUsed = true
      return found.persona
    },
  }
}
