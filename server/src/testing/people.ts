import { setTimeout as delay } from 'node:timers/promises'
import type { MiniProgram, Reply } from './mini-program.ts'
import type { Production } from './production.ts'
import type { SeededRandom } from './seeded-random.ts'
import { openMiniProgram } from './mini-program.ts'
import { BIND_CLIENT_ID, REGISTER_CLIENT_ID } from './server.ts'

const CODE_INCORRECT = 'IDAAS.SDK.CAPTCHA.0007'
const SEND_REFUSED = 'IDAAS.SDK.CAPTCHA.0006'
const STATE_TOKEN_REFUSED = 'IDAAS.SDK.COMMON.1007'
const SESSION_TOKEN_REFUSED = 'IDAAS.SDK.PARAM.0023'

/** What one IP may have sent in an hour, less some room. */
const MAX_SENDS = 280

/** How a person comes to be bound: to the user who has his number, or as a new one. */
type Way = 'bind' | 'register'

const ways = {
  bind: { clientId: BIND_CLIENT_ID, status: 'SOCIAL_BIND', type: 'BIND_MOBILE_SMS', path: 'social/bind' },
  register: {
    clientId: REGISTER_CLIENT_ID,
    status: 'USER_REGISTER',
    type: 'REGISTER_SMS',
    path: 'social/register-bind',
  },
} as const

/** Somebody who was sent a code and has not been told that he is in. */
interface Attempt {
  readonly way: Way
  readonly person: string
  readonly mobile: string
  /** Of the user who has this number already. */
  readonly userId: string | undefined
  readonly stateToken: string
  readonly code: string
}

interface Session {
  readonly way: Way
  readonly token: string
  readonly userId: string
}

/** What the server has acknowledged and must hold to, whatever happens to it. */
interface Promised {
  readonly bound: { readonly way: Way; readonly person: string; readonly userId: string }[]
  readonly sessions: Session[]
  readonly ended: Session[]
  /** Sign-ins that are open, with a code that is good. */
  readonly waiting: Attempt[]
  /** Codes that were guessed at too often. */
  readonly dead: Attempt[]
  /** Mobiles that have just been sent to. */
  readonly sent: Attempt[]
  /** Binds that were not answered. */
  readonly unanswered: Attempt[]
  readonly idTokens: string[]
  /** How the binds that were not answered had ended. */
  readonly endings: { whole: number; notAtAll: number }
}

/** People who use a server over HTTP, remember every answer, and complain. */
export interface People {
  /** What was not as it must be, in words. */
  readonly complaints: readonly string[]
  readonly promised: Promised
  /** Resolves when the server has answered them so many times more. */
  answered(times: number): Promise<void>
  /** Use the server at this URL until it no longer answers. */
  use(url: string): Promise<void>
  /** After a restart: what was open goes on, what was spent is spent, what was not answered is whole or not at all. */
  goOn(url: string): Promise<void>
  /** Every identity leads to its user, every session is as it was left. */
  checkAll(url: string): Promise<void>
}

/** @param known mobiles of users who exist, with their ids */
export function openPeople(
  production: Production,
  random: SeededRandom,
  known: readonly (readonly [mobile: string, userId: string])[],
): People {
  const complaints: string[] = []
  const promised: Promised = {
    bound: [],
    sessions: [],
    ended: [],
    waiting: [],
    dead: [],
    sent: [],
    unanswered: [],
    idTokens: [],
    endings: { whole: 0, notAtAll: 0 },
  }
  let people = 0
  let sends = 0
  let answersLeft = 0
  let onAnswered = (): void => undefined

  const programOf = (url: string, way: Way) => openMiniProgram(url, { clientId: ways[way].clientId })

  function expectOutcome(what: string, reply: Reply, ...outcomes: readonly string[]): boolean {
    answersLeft -= 1
    if (answersLeft <= 0) onAnswered()
    if (outcomes.includes(reply.outcome)) return true
    complaints.push(`${what}: ${reply.outcome} instead of ${outcomes.join(' or ')}`)
    return false
  }

  function rememberEntry(attempt: Pick<Attempt, 'way' | 'person' | 'userId'>, reply: Reply): void {
    const idToken = String(reply.body['id_token'])
    const userId = userIdIn(idToken)
    if (attempt.userId !== undefined && attempt.userId !== userId) {
      complaints.push(`${attempt.person} came in as ${userId} instead of ${attempt.userId}`)
    }
    promised.idTokens.push(idToken)
    promised.sessions.push({ way: attempt.way, token: String(reply.body['session_token']), userId })
    if (!promised.bound.some(({ way, person }) => way === attempt.way && person === attempt.person)) {
      promised.bound.push({ way: attempt.way, person: attempt.person, userId })
    }
  }

  /** A new person comes by WeChat and is sent a code. */
  async function begin(url: string, way: Way): Promise<Attempt | undefined> {
    const owner = known[people]
    if (way === 'bind' && owner === undefined) return undefined
    const [mobile, userId] = way === 'bind' && owner ? owner : [newMobile(people), undefined]
    const person = `person-${people}`
    people += 1
    sends += 1
    const program = programOf(url, way)
    const login = await program.login(person)
    if (!expectOutcome(`the first login of ${person}`, login, ways[way].status)) return undefined
    const stateToken = String(login.body['state_token'])
    const sent = await program.send(mobile, ways[way].type, stateToken)
    if (!expectOutcome(`the first send to ${mobile}`, sent, 'OK')) return undefined
    const attempt = { way, person, mobile, userId, stateToken, code: production.codeOf(mobile) ?? '' }
    promised.sent.push(attempt)
    return attempt
  }

  function prove(url: string, attempt: Attempt, code = attempt.code): Promise<Reply> {
    return programOf(url, attempt.way).call(ways[attempt.way].path, {
      headers: { 'X-state-token': attempt.stateToken },
      body: { mobile: attempt.mobile, verify_code: code },
    })
  }

  async function comeIn(url: string, way: Way): Promise<void> {
    const attempt = await begin(url, way)
    if (attempt === undefined) return
    promised.unanswered.push(attempt)
    const reply = await prove(url, attempt)
    remove(promised.unanswered, attempt)
    if (expectOutcome(`the bind of ${attempt.person}`, reply, 'SUCCESS')) rememberEntry(attempt, reply)
  }

  async function waitAWhile(url: string): Promise<void> {
    const attempt = await begin(url, 'register')
    if (attempt !== undefined) promised.waiting.push(attempt)
  }

  async function guess(url: string): Promise<void> {
    const attempt = await begin(url, 'register')
    if (attempt === undefined) return
    const wrong = attempt.code === '000000' ? '000001' : '000000'
    for (let times = 0; times < 5; times++) {
      expectOutcome('a wrong guess', await prove(url, attempt, wrong), CODE_INCORRECT)
    }
    promised.dead.push(attempt)
  }

  async function comeAgain(url: string, bound = random.oneOf(promised.bound)): Promise<void> {
    if (bound === undefined) return
    const reply = await programOf(url, bound.way).login(bound.person)
    if (expectOutcome(`${bound.person}, who is bound`, reply, 'SUCCESS')) rememberEntry(bound, reply)
  }

  async function refresh(url: string, session = random.oneOf(promised.sessions)): Promise<void> {
    if (session === undefined) return
    const reply = await withToken(programOf(url, session.way), 'POST', 'sso/session-token/id-token', session)
    // Somebody may have logged it out meanwhile.
    if (!promised.sessions.includes(session)) return
    if (!expectOutcome('a refresh', reply, 'OK')) return
    const userId = userIdIn(String(reply.body['id_token']))
    if (userId !== session.userId) complaints.push(`a session of ${session.userId} is ${userId}'s`)
  }

  async function logOut(url: string): Promise<void> {
    const session = random.oneOf(promised.sessions)
    if (session === undefined) return
    remove(promised.sessions, session)
    const reply = await withToken(programOf(url, session.way), 'GET', 'logout', session)
    if (expectOutcome('a logout', reply, 'OK')) promised.ended.push(session)
  }

  const comeInAny = (url: string) => comeIn(url, random.oneOf(['bind', 'register'] as const) ?? 'bind')
  const withSend = [comeInAny, comeInAny, comeInAny, waitAWhile, guess]
  const withoutSend = [(url: string) => comeAgain(url), (url: string) => refresh(url), logOut]

  async function useAlone(url: string): Promise<void> {
    for (;;) {
      const act = random.oneOf(sends < MAX_SENDS ? [...withSend, ...withoutSend] : withoutSend)
      await act?.(url)
      await delay(random.below(5))
    }
  }

  /** Whole: he is bound, and his state token is worth nothing. Not at all: his code is good. */
  async function settle(url: string, attempt: Attempt): Promise<void> {
    const { way, person } = attempt
    const login = await programOf(url, way).login(person)
    if (!expectOutcome(`the login after a bind of ${person}`, login, 'SUCCESS', ways[way].status)) return
    const isWhole = login.outcome === 'SUCCESS'
    promised.endings[isWhole ? 'whole' : 'notAtAll'] += 1
    if (isWhole) rememberEntry(attempt, login)
    const again = await prove(url, attempt)
    if (!expectOutcome('a bind tried again', again, isWhole ? STATE_TOKEN_REFUSED : 'SUCCESS')) return
    if (!isWhole) rememberEntry(attempt, again)
  }

  return {
    complaints,
    promised,
    answered(times) {
      answersLeft = times
      return new Promise((resolve) => {
        onAnswered = resolve
      })
    },
    async use(url) {
      const ends = Array.from({ length: 4 }, () => useAlone(url).catch(throwUnlessUnanswered))
      await Promise.all(ends)
    },
    async goOn(url) {
      for (const attempt of promised.unanswered.splice(0)) await settle(url, attempt)
      for (const attempt of promised.waiting.splice(0)) {
        const reply = await prove(url, attempt)
        if (expectOutcome('a sign-in that was open', reply, 'SUCCESS')) rememberEntry(attempt, reply)
      }
      for (const attempt of promised.dead.splice(0)) {
        expectOutcome('a code guessed at five times', await prove(url, attempt), CODE_INCORRECT)
      }
      for (const { way, mobile } of promised.sent.splice(0).slice(-5)) {
        const reply = await programOf(url, way).send(mobile, ways[way].type)
        expectOutcome('a second send within a minute', reply, SEND_REFUSED)
      }
    },
    async checkAll(url) {
      for (const bound of promised.bound.slice()) await comeAgain(url, bound)
      for (const session of promised.sessions.slice()) await refresh(url, session)
      for (const session of promised.ended) {
        const program = programOf(url, session.way)
        const reply = await withToken(program, 'POST', 'sso/session-token/id-token', session)
        expectOutcome('a session that was logged out', reply, SESSION_TOKEN_REFUSED)
      }
    },
  }
}

function withToken(
  program: MiniProgram,
  method: 'GET' | 'POST',
  path: string,
  { token }: Session,
): Promise<Reply> {
  return program.call(path, { method, headers: { 'session-token': token } })
}

/** Numbers far apart, because what may be sent to neighbours is limited. */
function newMobile(index: number): string {
  return `1${3_000_000_000 + index * 7_919_123}`
}

/** `fetch` fails with this type only, when the server is gone before or while it answers. */
function throwUnlessUnanswered(error: unknown): void {
  if (!(error instanceof TypeError)) throw error
}

function userIdIn(idToken: string): string {
  const [, payload = ''] = idToken.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { readonly id: string }
  return claims.id
}

function remove<Item>(items: Item[], item: Item): void {
  const index = items.indexOf(item)
  if (index >= 0) items.splice(index, 1)
}
