import { z } from 'zod'
import type { Clock } from '../../platform/clock.ts'
import type { OneUseCodes } from './one-use-codes.ts'
import { parseBody } from './parse-body.ts'
import type { StableTokens } from './stable-token.ts'
import { type EmulatedPhone, parsePersona } from './wechat-people.ts'
import { failure, type Reply } from './wechat-reply.ts'

/** A number that somebody gave a mini program by the phone button. */
export interface GivenPhone {
  readonly phone: EmulatedPhone
  readonly givenAt: number
}

export interface PhoneNumberDeps {
  readonly clock: Clock
  readonly tokens: StableTokens
  readonly codes: OneUseCodes<GivenPhone>
}

const bodySchema = z.object({ code: z.string() })

/** `POST /wxa/business/getuserphonenumber` */
export function phoneNumber(
  deps: PhoneNumberDeps,
  method: string,
  query: URLSearchParams,
  text: string,
): Reply {
  if (method !== 'POST') return failure(43002)
  const appId = deps.tokens.whose(query.get('access_token') ?? '')
  if (typeof appId === 'number') return failure(appId)
  const body = parseBody(bodySchema, text)
  if (typeof body === 'number') return failure(body)

  const given = whatStandsFor(deps, body.code)
  if (typeof given === 'number') return failure(given)
  const { countryCode, number } = given.phone
  return {
    errcode: 0,
    errmsg: 'ok',
    phone_info: {
      phoneNumber: countryCode === '86' ? number : `+${countryCode} ${number}`,
      purePhoneNumber: number,
      countryCode,
      watermark: { timestamp: Math.floor(given.givenAt / 1_000), appid: appId },
    },
  }
}

/** The number behind a code, or the errcode that it gets. */
function whatStandsFor({ clock, codes }: PhoneNumberDeps, code: string): GivenPhone | number {
  const [, errcode] = /^mock:error:(-?\d{1,9})$/.exec(code) ?? []
  if (errcode !== undefined) return Number(errcode)
  if (code.startsWith('mock:')) {
    const phone = parsePersona(code.slice('mock:'.length))?.phone
    return phone === undefined ? 40029 : { phone, givenAt: clock.now() }
  }
  const used = codes.use(code)
  return typeof used === 'string' ? 40029 : used.meaning
}
