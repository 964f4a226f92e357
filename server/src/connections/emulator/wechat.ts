import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Clock } from '../../platform/clock.ts'
import { openLoginCodes, type LoginCodes } from './login-codes.ts'
import { openidOf, parsePersona, unionidOf, type Persona } from './wechat-people.ts'

/** A mini program as WeChat knows it. */
export interface EmulatedMiniProgram {
  readonly appId: string
  readonly appSecret: string
  /** The Open Platform account that it belongs to; without one nobody has a unionid. */
  readonly openPlatform?: string
}

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
  close(): Promise<void>
}

/** WeChat's words for its errcodes. */
const errmsgs: Readonly<Record<string, string>> = {
  '-1': 'system error',
  '40002': 'invalid grant_type',
  '40013': 'invalid appid',
  '40029': 'invalid code',
  '40066': 'invalid url',
  '40125': 'invalid appsecret',
  '40163': 'code been used',
  '40164': 'invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist',
  '40226': 'code blocked',
  '41002': 'appid missing',
  '41004': 'appsecret missing',
  '41008': 'missing code',
  '43001': 'require GET method',
  '45009': 'reach max api daily quota limit',
  '45011': 'api minute-quota reach limit, must slower, retry next minute',
  '48001': 'api unauthorized',
  '50002': 'user limited',
}

type Reply = Readonly<Record<string, string | number>>

/**
 * WeChat's server for one's own machine: the same call and the same answers over real HTTP, on a free port
 * of 127.0.0.1. Besides issued codes it takes ones that a person can type: `mock:NAME` is the person NAME,
 * any number of times, `mock:NAME?unionid=0` without a unionid, and `mock:error:40029` that errcode.
 */
export async function startWeChatEmulator(
  deps: { readonly clock: Clock },
  miniPrograms: readonly EmulatedMiniProgram[],
): Promise<WeChatEmulator> {
  const codes = openLoginCodes(deps.clock)

  const server = createServer((request, response) => {
    const reply = answer(codes, miniPrograms, request.method ?? '', request.url ?? '')
    response.setHeader('content-type', 'text/plain')
    response.end(onTheWire(withRequestId(reply, deps.clock)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const listening = server.address()
  if (listening === null || typeof listening === 'string') throw new Error('the emulator has no port')

  return {
    apiBase: new URL(`http://127.0.0.1:${listening.port}`),
    issueLoginCode(text) {
      const persona = parsePersona(text)
      if (persona === undefined)
        throw new RangeError('a persona is a name, with ?unionid=0 or ?phone=… after it')
      return codes.issue(persona)
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function answer(
  codes: LoginCodes,
  miniPrograms: readonly EmulatedMiniProgram[],
  method: string,
  target: string,
): Reply {
  // A code may be typed as `mock:NAME?unionid=0`: only the first question mark begins the query.
  const [, path, query] = /^([^?]*)\??(.*)$/.exec(target) ?? []
  if (path !== '/sns/jscode2session') return failure(40066)
  if (method !== 'GET') return failure(43001)

  const parameters = new URLSearchParams(query)
  const given = (name: string): string => parameters.get(name) ?? ''
  if (given('appid') === '') return failure(41002)
  if (given('secret') === '') return failure(41004)
  if (given('js_code') === '') return failure(41008)
  if (given('grant_type') !== 'authorization_code') return failure(40002)

  const miniProgram = miniPrograms.find(({ appId }) => appId === given('appid'))
  if (miniProgram === undefined) return failure(40013)
  if (miniProgram.appSecret !== given('secret')) return failure(40125)

  const person = whose(codes, given('js_code'))
  return typeof person === 'number' ? failure(person) : session(miniProgram, person)
}

/** The person behind a code, or the errcode that it gets. */
function whose(codes: LoginCodes, code: string): Persona | number {
  const [, errcode] = /^mock:error:(-?\d{1,9})$/.exec(code) ?? []
  if (errcode !== undefined) return Number(errcode)
  if (code.startsWith('mock:')) return parsePersona(code.slice('mock:'.length)) ?? 40029

  const person = codes.use(code)
  if (person === 'invalid') return 40029
  return person === 'used' ? 40163 : person
}

function session(miniProgram: EmulatedMiniProgram, person: Persona): Reply {
  return {
    session_key: randomBytes(16).toString('base64'),
    openid: openidOf(miniProgram.appId, person.name),
    ...(miniProgram.openPlatform !== undefined &&
      person.hasUnionid && { unionid: unionidOf(miniProgram.openPlatform, person.name) }),
  }
}

function failure(errcode: number): Reply {
  return { errcode, errmsg: errmsgs[String(errcode)] ?? 'error' }
}

/** WeChat ends every errmsg with an id whose first part is the time in seconds. */
function withRequestId(reply: Reply, clock: Clock): Reply {
  if (reply['errmsg'] === undefined) return reply
  const seconds = Math.floor(clock.now() / 1_000)
    .toString(16)
    .padStart(8, '0')
  const parts = [seconds, randomBytes(4).toString('hex'), randomBytes(4).toString('hex')]
  return { ...reply, errmsg: `${reply['errmsg']}, rid: ${parts.join('-')}` }
}

/** WeChat escapes slashes, which a session_key often holds. */
function onTheWire(reply: Reply): string {
  return JSON.stringify(reply).replaceAll('/', '\\/')
}
