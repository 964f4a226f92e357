import { randomBytes } from 'node:crypto'
import type { Clock } from '../../platform/clock.ts'

/** What the emulator answers, before it is written as WeChat writes it. */
export type Reply = Readonly<Record<string, unknown>>

/** WeChat's words for its errcodes. */
const errmsgs: Readonly<Record<string, string>> = {
  '-1': 'system error',
  '40001': 'invalid credential, access_token is invalid or not latest',
  '40002': 'invalid grant_type',
  '40013': 'invalid appid',
  '40014': 'invalid access_token',
  '40029': 'invalid code',
  '40066': 'invalid url',
  '40097': 'invalid args',
  '40125': 'invalid appsecret',
  '40163': 'code been used',
  '40164': 'invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist',
  '40226': 'code blocked',
  '41001': 'access_token missing',
  '41002': 'appid missing',
  '41004': 'appsecret missing',
  '41008': 'missing code',
  '42001': 'access_token expired',
  '43001': 'require GET method',
  '43002': 'require POST method',
  '44002': 'empty post data',
  '45009': 'reach max api daily quota limit',
  '45011': 'api minute-quota reach limit, must slower, retry next minute',
  '47001': 'data format error',
  '48001': 'api unauthorized',
  '50002': 'user limited',
}

export function failure(errcode: number): Reply {
  return { errcode, errmsg: errmsgs[String(errcode)] ?? 'error' }
}

/** JSON as WeChat writes it: with slashes escaped, which a session_key often holds. */
export function onTheWire(reply: Reply, clock: Clock): string {
  return JSON.stringify(withRequestId(reply, clock)).replaceAll('/', '\\/')
}

/** WeChat ends the errmsg of a failure with an id whose first part is the time in seconds. */
function withRequestId(reply: Reply, clock: Clock): Reply {
  const { errcode, errmsg } = reply
  if (typeof errmsg !== 'string' || errcode === 0) return reply
  const seconds = Math.floor(clock.now() / 1_000)
    .toString(16)
    .padStart(8, '0')
  const parts = [seconds, randomBytes(4).toString('hex'), randomBytes(4).toString('hex')]
  return { ...reply, errmsg: `${errmsg}, rid: ${parts.join('-')}` }
}
