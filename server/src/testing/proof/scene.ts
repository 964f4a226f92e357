import { decodeJwt, type JSONWebKeySet } from 'jose'
import { z } from 'zod'
import type { Db } from '../../platform/db/index.ts'
import { developmentSendBudgets } from '../../verifications/index.ts'
import { openMiniProgram } from '../mini-program.ts'
import { BIND_CLIENT_ID, REGISTER_CLIENT_ID } from '../server.ts'
import type { TestClock } from '../test-clock.ts'
import { type Event, type Evidence, readRows, type SentMessage, type ServedKeys } from './evidence.ts'
import { handedOut } from './lives.ts'
import { openRecorder, type Recorder } from './recorder.ts'

export type Way = 'bind' | 'register'

const ways = {
  bind: { clientId: BIND_CLIENT_ID, application: 'Demo, bind', type: 'BIND_MOBILE_SMS', path: 'social/bind' },
  register: {
    clientId: REGISTER_CLIENT_ID,
    application: 'Demo, bind or register',
    type: 'REGISTER_SMS',
    path: 'social/register-bind',
  },
} as const

/** The server that people use, in this process or in one of its own; in development mode. */
export interface Host {
  /** Where it answers now. */
  url(): string
  readonly clock: Pick<TestClock, 'now'> & Partial<TestClock>
  /** Adds a user who has verified this mobile. */
  addUser(mobile: string): Promise<unknown>
  readonly db: Db
  /** All that it has logged. */
  log(): string
}

/** What a person was given on his way in. */
export interface Held {
  readonly stateToken: string
  readonly verifyCode: string
}

/** Somebody on his way in. */
export interface Newcomer {
  readonly way: Way
  readonly person: string
  readonly mobile: string
}

/** A server whose people write down all that happens to them, and what the checker wants to know of it. */
export interface Scene {
  program(way: Way): Recorder
  /** Somebody whom nobody knows; by `bind` his number belongs to a user. */
  newcomer(way: Way): Promise<Newcomer>
  /** He logs in and is sent a code. */
  prepare(newcomer: Newcomer): Promise<Held>
  prove(newcomer: Newcomer, held: Held): ReturnType<Recorder['prove']>
  /** @returns the id of the one identity that the user of this id_token has */
  identityOf(idToken: string): Promise<string>
  /** He tries until he is in, at most three times: first with what he holds, if anything, and then anew. */
  comeBack(newcomer: Newcomer, held?: Held): Promise<void>
  /** Everybody's session is used once more, and all is handed to the checker. */
  evidence(): Promise<Evidence>
}

const inbox = z.array(
  z.object({ to: z.string(), purpose: z.string(), code: z.string(), text: z.string(), sent_at: z.number() }),
)
const keySet = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })) })
/** Development allows one message to a number in five. */
const NEXT_SEND_MS = 6000
const MAX_TRIES = 3

export async function openScene(host: Host): Promise<Scene> {
  const { clock } = host
  const history: Event[] = []
  const messages = new Map<string, SentMessage>()
  const servedKeys: ServedKeys[] = []
  let people = 0

  const program = (way: Way): Recorder =>
    openRecorder(openMiniProgram(host.url(), ways[way]), ways[way].clientId, history, clock)

  async function readInbox(): Promise<void> {
    const response = await fetch(`${host.url()}/dev/inbox`)
    for (const { to, purpose, code, text, sent_at: at } of inbox.parse(await response.json())) {
      if (code === '') continue
      const [application = ''] = text.split(/: \d{6} is your code/)
      messages.set(`${to} ${at}`, { to: to.replace('-', ''), purpose, verifyCode: code, application, at })
    }
  }

  servedKeys.push(await fetchKeys(host.url(), clock.now()))

  async function prepare({ way, person, mobile }: Newcomer): Promise<Held> {
    const login = await program(way).login(person)
    const stateToken = String(login.reply?.body['state_token'])
    clock.advance?.(NEXT_SEND_MS)
    await program(way).send(mobile, ways[way].type, stateToken)
    await readInbox()
    const message = [...messages.values()].findLast(({ to }) => to === `+86${mobile}`)
    return { stateToken, verifyCode: message?.verifyCode ?? '' }
  }

  const prove: Scene['prove'] = ({ way, person, mobile }, held) =>
    program(way).prove(person, { ...held, mobile, path: ways[way].path })

  return {
    program,
    prepare,
    prove,
    async newcomer(way) {
      people += 1
      // Far apart, because what may be sent to neighbouring numbers is limited.
      const mobile = `1${3_000_000_000 + people * 7_919_123}`
      if (way === 'bind') await host.addUser(mobile)
      return { way, person: `person-${people}`, mobile }
    },
    async identityOf(idToken) {
      const identity = await host.db
        .selectFrom('identity')
        .select('id')
        .where('user_id', '=', String(decodeJwt(idToken)['id']))
        .executeTakeFirstOrThrow()
      return identity.id
    },
    async comeBack(newcomer, held) {
      let isIn = false
      let tries = 0
      const isSuccess = async (call: ReturnType<Recorder['login']>) =>
        (await call).reply?.outcome === 'SUCCESS'
      if (held !== undefined) {
        tries += 1
        isIn = await isSuccess(prove(newcomer, held))
      }
      while (!isIn && tries < MAX_TRIES) {
        tries += 1
        isIn =
          (await isSuccess(program(newcomer.way).login(newcomer.person))) ||
          (clock.advance !== undefined && (await isSuccess(prove(newcomer, await prepare(newcomer)))))
      }
      history.push({ kind: 'comeback', person: newcomer.person, tries, isIn })
    },
    async evidence() {
      clock.advance?.(1)
      const healedAt = clock.now()
      const sessions = new Set(handedOut(history).map(({ sessionToken }) => sessionToken))
      for (const sessionToken of sessions) {
        const from = history.find(
          (event) => 'session' in event && event.session?.sessionToken === sessionToken,
        )
        const isOfBind = from !== undefined && 'clientId' in from && from.clientId === ways.bind.clientId
        await program(isOfBind ? 'bind' : 'register').refresh(sessionToken)
      }
      servedKeys.push(await fetchKeys(host.url(), clock.now()))
      return {
        history,
        messages: [...messages.values()].toSorted((one, other) => one.at - other.at),
        rows: await readRows(host.db),
        servedKeys,
        sendBudgets: developmentSendBudgets,
        healedAt,
        applicationNames: new Map(
          Object.values(ways).map(({ clientId, application }) => [clientId, application]),
        ),
        texts: [{ name: 'the log', bytes: host.log() }],
        secrets: [...messages.values()].flatMap(({ to, verifyCode }) => [
          { name: 'a mobile', value: to.replace('+86', '') },
          { name: 'a code', value: ` ${verifyCode} ` },
        ]),
      }
    },
  }
}

/** @returns the keys that a server publishes now */
export async function fetchKeys(url: string, at: number): Promise<ServedKeys> {
  const response = await fetch(`${url}/api/v1/oauth2/keys`)
  const keys: JSONWebKeySet = keySet.parse(await response.json())
  return { at, keys }
}
