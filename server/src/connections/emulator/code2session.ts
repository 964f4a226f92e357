import { randomBytes } from 'node:crypto'
import type { EmulatedMiniProgram } from './mini-program.ts'
import type { OneUseCodes } from './one-use-codes.ts'
import { openidOf, parsePersona, type Persona, unionidOf } from './wechat-people.ts'
import { failure, type Reply } from './wechat-reply.ts'

/** `GET /sns/jscode2session` */
export function code2Session(
  codes: OneUseCodes<Persona>,
  miniPrograms: readonly EmulatedMiniProgram[],
  method: string,
  query: URLSearchParams,
): Reply {
  if (method !== 'GET') return failure(43001)
  const given = (name: string): string => query.get(name) ?? ''
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
function whose(codes: OneUseCodes<Persona>, code: string): Persona | number {
  const [, errcode] = /^mock:error:(-?\d{1,9})$/.exec(code) ?? []
  if (errcode !== undefined) return Number(errcode)
  if (code.startsWith('mock:')) return parsePersona(code.slice('mock:'.length)) ?? 40029

  const used = codes.use(code)
  if (used === 'invalid') return 40029
  return used === 'used' ? 40163 : used.meaning
}

function session(miniProgram: EmulatedMiniProgram, person: Persona): Reply {
  return {
    session_key: randomBytes(16).toString('base64'),
    openid: openidOf(miniProgram.appId, person.name),
    ...(miniProgram.openPlatform !== undefined &&
      person.hasUnionid && { unionid: unionidOf(miniProgram.openPlatform, person.name) }),
  }
}
