import { setTimeout as delay } from 'node:timers/promises'
import { openMiniProgram } from '../mini-program.ts'
import type { SeededRandom } from '../seeded-random.ts'
import { BIND_CLIENT_ID, REGISTER_CLIENT_ID } from '../server.ts'
import type { Event, SentMessage } from './evidence.ts'
import { openRecorder, type Proof, type Recorded, type Recorder } from './recorder.ts'

/** Where the crowd asks, and what it knows of the world. */
export interface CrowdOptions {
  /** Of one of the instances; another one each time. */
  url(): string
  readonly history: Event[]
  readonly messages: readonly SentMessage[]
  readonly random: SeededRandom
  /** Mobiles of users who exist. */
  readonly known: readonly string[]
}

/** People who use a server all at once, whatever happens to it. */
export interface Crowd {
  /** Use it until `stop` is aborted. */
  use(stop: AbortSignal): Promise<void>
  /** Everybody who holds a code he has no answer for tries until he is in, and every session is used once more. */
  comeBack(): Promise<void>
}

interface Newcomer {
  readonly clientId: string
  readonly person: string
  readonly proof: Proof
}

const MAX_TRIES = 3
const GUESSES_OF_A_CODE = 5

export function openCrowd({ url, history, messages, random, known }: CrowdOptions): Crowd {
  const clock = { now: () => Date.now() }
  const bound: Pick<Newcomer, 'clientId' | 'person'>[] = []
  const unanswered: Newcomer[] = []
  const sessions = new Map<string, string>()
  let people = 0

  const recorder = (clientId: string): Recorder =>
    openRecorder(openMiniProgram(url(), { clientId }), clientId, history, clock)

  const newestCode = (mobile: string) => messages.findLast(({ to }) => to === `+86${mobile}`)?.verifyCode

  function rememberSession(clientId: string, { reply }: Recorded): boolean {
    const sessionToken = reply?.body['session_token']
    if (typeof sessionToken === 'string') sessions.set(sessionToken, clientId)
    return typeof sessionToken === 'string'
  }

  /** A new person comes and is sent a code. */
  async function begin(): Promise<Newcomer | undefined> {
    const number = people
    people += 1
    const owned = number % 2 === 0 ? known[number / 2] : undefined
    const clientId = owned === undefined ? REGISTER_CLIENT_ID : BIND_CLIENT_ID
    const mobile = owned ?? `1${3_000_000_000 + number * 7919}`
    const person = `person-${number}`
    const login = await recorder(clientId).login(person)
    const stateToken = login.reply?.body['state_token']
    if (typeof stateToken !== 'string') return undefined
    await recorder(clientId).send(mobile, typeOf(clientId), stateToken)
    const verifyCode = newestCode(mobile)
    if (verifyCode === undefined) return undefined
    const path = owned === undefined ? 'social/register-bind' : 'social/bind'
    return { clientId, person, proof: { stateToken, mobile, verifyCode, path } }
  }

  async function prove({ clientId, person, proof }: Newcomer): Promise<Recorded> {
    const proved = await recorder(clientId).prove(person, proof)
    if (rememberSession(clientId, proved)) bound.push({ clientId, person })
    return proved
  }

  async function comeIn(): Promise<void> {
    const newcomer = await begin()
    if (newcomer === undefined) return
    // Twice at once: one may succeed.
    const proved =
      random.below(4) === 0 ? await Promise.all([prove(newcomer), prove(newcomer)]) : [await prove(newcomer)]
    if (!proved.some(({ outcome }) => outcome === 'ok')) unanswered.push(newcomer)
  }

  /** Somebody waits with his code, whatever happens meanwhile, and goes on later. */
  async function waitAWhile(): Promise<void> {
    const newcomer = await begin()
    if (newcomer !== undefined) unanswered.push(newcomer)
  }

  async function goOn(): Promise<void> {
    const newcomer = random.oneOf(unanswered)
    if (newcomer !== undefined) await prove(newcomer)
  }

  /** Too early: nothing may be sent for a minute. */
  async function sendAgain(): Promise<void> {
    const { to } = messages.at(-1 - random.below(5)) ?? {}
    if (to !== undefined) await recorder(BIND_CLIENT_ID).send(to.replace('+86', ''), 'BIND_MOBILE_SMS')
  }

  async function guess(): Promise<void> {
    const newcomer = await begin()
    if (newcomer === undefined) return
    const verifyCode = newcomer.proof.verifyCode === '000000' ? '000001' : '000000'
    const guesses = Array.from({ length: GUESSES_OF_A_CODE + 2 }, () =>
      recorder(newcomer.clientId).prove(newcomer.person, { ...newcomer.proof, verifyCode }),
    )
    await Promise.all(guesses)
    await prove(newcomer)
  }

  /** @param hasCode what he holds may still be good; otherwise he asks for another code */
  async function tryOnce({ clientId, person, proof }: Newcomer, hasCode: boolean): Promise<boolean> {
    const login = await recorder(clientId).login(person)
    if (rememberSession(clientId, login)) return true
    if (hasCode) return rememberSession(clientId, await recorder(clientId).prove(person, proof))
    const stateToken = String(login.reply?.body['state_token'])
    await recorder(clientId).send(proof.mobile, typeOf(clientId), stateToken)
    const verifyCode = newestCode(proof.mobile) ?? ''
    return rememberSession(
      clientId,
      await recorder(clientId).prove(person, { ...proof, stateToken, verifyCode }),
    )
  }

  async function comeAgain(): Promise<void> {
    const somebody = random.oneOf(bound)
    if (somebody !== undefined) {
      rememberSession(somebody.clientId, await recorder(somebody.clientId).login(somebody.person))
    }
  }

  async function refresh(session = random.oneOf([...sessions])): Promise<void> {
    const [sessionToken, clientId] = session ?? []
    if (sessionToken !== undefined && clientId !== undefined) await recorder(clientId).refresh(sessionToken)
  }

  async function logOut(): Promise<void> {
    const [sessionToken, clientId] = random.oneOf([...sessions]) ?? []
    if (sessionToken !== undefined && clientId !== undefined) await recorder(clientId).logout(sessionToken)
  }

  const acts = [
    comeIn,
    comeIn,
    comeIn,
    waitAWhile,
    goOn,
    sendAgain,
    guess,
    comeAgain,
    comeAgain,
    () => refresh(),
    logOut,
  ]

  return {
    async use(stop) {
      while (!stop.aborted) {
        await random.oneOf(acts)?.()
        await delay(random.below(20))
      }
    },
    async comeBack() {
      for (const newcomer of unanswered) {
        let isIn = false
        let tries = 0
        while (!isIn && tries < MAX_TRIES) {
          tries += 1
          isIn = await tryOnce(newcomer, tries === 1)
        }
        history.push({ kind: 'comeback', person: newcomer.person, tries, isIn })
      }
      for (const session of sessions) await refresh(session)
    },
  }
}

function typeOf(clientId: string): 'BIND_MOBILE_SMS' | 'REGISTER_SMS' {
  return clientId === BIND_CLIENT_ID ? 'BIND_MOBILE_SMS' : 'REGISTER_SMS'
}
