import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { text as readText } from 'node:stream/consumers'
import type { Clock } from '../../platform/clock.ts'
import { randomAlphanumeric } from '../../platform/secrets.ts'
import { code2Session } from './code2session.ts'
import type { MiniPrograms } from './mini-program.ts'
import { openOneUseCodes } from './one-use-codes.ts'
import { type GivenPhone, phoneNumber } from './phone-number.ts'
import { openStableTokens } from './stable-token.ts'
import { parsePersona, parsePhone, type Persona } from './wechat-people.ts'
import { failure, onTheWire, type Reply } from './wechat-reply.ts'

export interface WeChatEmulator {
  /** What a connection takes for `https://api.weixin.qq.com`. */
  readonly apiBase: URL
  /**
   * What `wx.login` gives the mini program of this person: a code good once, for five minutes.
   *
   * @param persona `alice`, `alice?unionid=0`, `alice?phone=13800138000`
   * @throws {RangeError} for anything else
   */
  issueLoginCode(persona: string): string
  /**
   * What the phone button gives the mini program when this person presses it: a code good once, for five
   * minutes.
   *
   * @param phone `13800138000`, which is Chinese, or `852-51234567`
   * @throws {RangeError} for anything else, and for a persona that is none
   */
  issuePhoneCode(persona: string, phone: string): string
  /** How often this mini program was given an access token. */
  tokensGiven(appId: string): number
  close(): Promise<void>
}

/**
 * WeChat's server for one's own machine: the same calls and the same answers over real HTTP, on a free port
 * of 127.0.0.1. Besides issued codes it takes ones that a person can type: `mock:NAME` is the person NAME,
 * any number of times, `mock:NAME?unionid=0` without a unionid, `mock:NAME?phone=13800138000` with that number
 * behind the phone button, and `mock:error:40029` that errcode.
 */
export async function startWeChatEmulator(
  deps: { readonly clock: Clock },
  miniPrograms: MiniPrograms,
): Promise<WeChatEmulator> {
  const { clock } = deps
  const loginCodes = openOneUseCodes<Persona>(clock, () => randomAlphanumeric(32))
  const phoneCodes = openOneUseCodes<GivenPhone>(clock, () => randomBytes(32).toString('hex'))
  const tokens = openStableTokens(clock)

  const answer = async (request: IncomingMessage): Promise<Reply> => {
    const method = request.method ?? ''
    // A code may be typed as `mock:NAME?unionid=0`: only the first question mark begins the query.
    const [, path, search] = /^([^?]*)\??(.*)$/.exec(request.url ?? '') ?? []
    const query = new URLSearchParams(search)
    const body = await readText(request)
    switch (path) {
      case '/sns/jscode2session':
        return code2Session(loginCodes, await miniPrograms(), method, query)
      case '/cgi-bin/stable_token':
        return tokens.answer(await miniPrograms(), method, body)
      case '/wxa/business/getuserphonenumber':
        return phoneNumber({ clock, tokens, codes: phoneCodes }, method, query, body)
      default:
        return failure(40066)
    }
  }

  const server = createServer((request, response) => {
    answer(request).then(
      (reply) => {
        response.setHeader('content-type', 'text/plain')
        response.end(onTheWire(reply, clock))
      },
      () => response.destroy(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const listening = server.address()
  if (listening === null || typeof listening === 'string') throw new Error('the emulator has no port')

  return {
    apiBase: new URL(`http://127.0.0.1:${listening.port}`),
    issueLoginCode: (persona) => loginCodes.issue(personaOf(persona)),
    issuePhoneCode(persona, phone) {
      personaOf(persona)
      const parsed = parsePhone(phone)
      if (parsed === undefined) throw new RangeError('a phone number is 13800138000 or 852-51234567')
      return phoneCodes.issue({ phone: parsed, givenAt: clock.now() })
    },
    tokensGiven: (appId) => tokens.given(appId),
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function personaOf(text: string): Persona {
  const persona = parsePersona(text)
  if (persona === undefined) throw new RangeError('a persona is a name, with ?unionid=0 or ?phone=… after it')
  return persona
}
