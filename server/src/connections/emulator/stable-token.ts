import { z } from 'zod'
import type { Clock } from '../../platform/clock.ts'
import { randomAlphanumeric } from '../../platform/secrets.ts'
import type { EmulatedMiniProgram } from './mini-program.ts'
import { parseBody } from './parse-body.ts'
import { failure, type Reply } from './wechat-reply.ts'

const LIVES_MS = 7_200 * 1_000
/** With less left of a token the ordinary mode gives the next one; the old one is good to its end. */
const HANDOVER_MS = 5 * 60 * 1_000
/** Sooner after a forced refresh another one changes nothing. */
const FORCE_AGAIN_MS = 30 * 1_000
const DAY_MS = 24 * 60 * 60 * 1_000
const FORCED_A_DAY = 20

interface Token {
  readonly value: string
  readonly appId: string
  readonly expiresAt: number
}

/** The access tokens that WeChat has given out. */
export interface StableTokens {
  /** `POST /cgi-bin/stable_token` */
  answer(miniPrograms: readonly EmulatedMiniProgram[], method: string, body: string): Reply
  /** The app id that a token was given to, or the errcode that it gets. */
  whose(token: string): string | number
  /** How often a token was given out to this mini program, a new one or the one that it had. */
  given(appId: string): number
}

const bodySchema = z.object({
  grant_type: z.string().default(''),
  appid: z.string().default(''),
  secret: z.string().default(''),
  force_refresh: z.boolean().default(false),
})

export function openStableTokens(clock: Clock): StableTokens {
  const newest = new Map<string, Token>()
  /** By value; a token that a forced refresh has ended is not here. */
  const known = new Map<string, Token>()
  const forcedAt = new Map<string, number[]>()
  const given = new Map<string, number>()

  const issue = (appId: string, now: number): Token => {
    const token = { value: `80_${randomAlphanumeric(133)}`, appId, expiresAt: now + LIVES_MS }
    newest.set(appId, token)
    known.set(token.value, token)
    return token
  }

  const ordinary = (appId: string, now: number): Token => {
    const token = newest.get(appId)
    return token !== undefined && token.expiresAt > now + HANDOVER_MS ? token : issue(appId, now)
  }

  const forced = (appId: string, now: number): Token | undefined => {
    const today = (forcedAt.get(appId) ?? []).filter((at) => at > now - DAY_MS)
    if (today.length >= FORCED_A_DAY) return undefined
    const token = newest.get(appId)
    if (token !== undefined && today.some((at) => at > now - FORCE_AGAIN_MS)) return token
    forcedAt.set(appId, [...today, now])
    if (token !== undefined) known.delete(token.value)
    return issue(appId, now)
  }

  return {
    answer(miniPrograms, method, text) {
      if (method !== 'POST') return failure(43002)
      const body = parseBody(bodySchema, text)
      if (typeof body === 'number') return failure(body)
      if (body.appid === '') return failure(41002)
      if (body.secret === '') return failure(41004)
      if (body.grant_type !== 'client_credential') return failure(40002)
      const miniProgram = miniPrograms.find(({ appId }) => appId === body.appid)
      if (miniProgram === undefined) return failure(40013)
      if (miniProgram.appSecret !== body.secret) return failure(40125)

      const now = clock.now()
      const token = body.force_refresh ? forced(body.appid, now) : ordinary(body.appid, now)
      if (token === undefined) return failure(45009)
      given.set(body.appid, (given.get(body.appid) ?? 0) + 1)
      return { access_token: token.value, expires_in: Math.floor((token.expiresAt - now) / 1_000) }
    },

    whose(value) {
      if (value === '') return 41001
      const token = known.get(value)
      if (token === undefined) return 40001
      return token.expiresAt > clock.now() ? token.appId : 42001
    },

    given: (appId) => given.get(appId) ?? 0,
  }
}
