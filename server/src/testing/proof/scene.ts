import type { JSONWebKeySet } from 'jose'
import type { TestContext } from 'vitest'
import { z } from 'zod'
import { BIND_CLIENT_ID, REGISTER_CLIENT_ID, startServer, type TestServer } from '../server.ts'
import { developmentSendBudgets } from '../../verifications/index.ts'
import type { TestData } from '../test-data.ts'
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

/** Somebody on his way in, and what he holds. */
export interface Newcomer {
  readonly way: Way
  readonly person: string
  readonly mobile: string
}

/** A server whose people write down all that happens to them, and what the checker wants to know of it. */
export interface Scene {
  readonly server: TestServer
  program(way: Way): Recorder
  /** Somebody whom nobody knows; by `bind` his number belongs to a user. */
  newcomer(way: Way): Promise<Newcomer>
  /** He logs in and is sent a code. */
  prepare(newcomer: Newcomer): Promise<{ readonly stateToken: string; readonly verifyCode: string }>
  prove(
    newcomer: Newcomer,
    prepared: { readonly stateToken: string; readonly verifyCode: string },
  ): ReturnType<Recorder['prove']>
  /** He tries until he is in, at most three times. */
  comeBack(newcomer: Newcomer): Promise<void>
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

export async function openScene(t: TestContext, data: TestData): Promise<Scene> {
  const server = await startServer(t, {
    data,
    mode: 'dev',
    server: { publicUrl: () => 'https://id.example.com' },
  })
  const { clock } = server
  const history: Event[] = []
  const messages = new Map<string, SentMessage>()
  const servedKeys: ServedKeys[] = []
  let people = 0

  const program = (way: Way): Recorder =>
    openRecorder(server.miniProgram({ clientId: ways[way].clientId }), ways[way].clientId, history, clock)

  async function readInbox(): Promise<void> {
    const response = await fetch(`${server.url}/dev/inbox`)
    for (const { to, purpose, code, text, sent_at: at } of inbox.parse(await response.json())) {
      const [application = ''] = text.split(/: \d{6} is your code/)
      messages.set(`${to} ${at}`, { to: to.replace('-', ''), purpose, verifyCode: code, application, at })
    }
  }

  async function fetchKeys(): Promise<void> {
    const response = await fetch(`${server.url}/api/v1/oauth2/keys`)
    const keys: JSONWebKeySet = keySet.parse(await response.json())
    servedKeys.push({ at: clock.now(), keys })
  }
  await fetchKeys()

  async function prepare({ way, person, mobile }: Newcomer) {
    const login = await program(way).login(person)
    const stateToken = String(login.reply?.body['state_token'])
    clock.advance(NEXT_SEND_MS)
    await program(way).send(mobile, ways[way].type, stateToken)
    await readInbox()
    const message = [...messages.values()].findLast(({ to }) => to === `+86${mobile}`)
    return { stateToken, verifyCode: message?.verifyCode ?? '' }
  }

  const prove: Scene['prove'] = ({ way, person, mobile }, prepared) =>
    program(way).prove(person, { ...prepared, mobile, path: ways[way].path })

  return {
    server,
    program,
    prepare,
    prove,
    async newcomer(way) {
      people += 1
      // Far apart, because what may be sent to neighbouring numbers is limited.
      const mobile = `1${3_000_000_000 + people * 7_919_123}`
      if (way === 'bind') await server.addUser({ mobile })
      return { way, person: `person-${people}`, mobile }
    },
    async comeBack(newcomer) {
      let isIn = false
      let tries = 0
      while (!isIn && tries < MAX_TRIES) {
        tries += 1
        const login = await program(newcomer.way).login(newcomer.person)
        isIn = login.reply?.outcome === 'SUCCESS'
        if (isIn) break
        const proved = await prove(newcomer, await prepare(newcomer))
        isIn = proved.reply?.outcome === 'SUCCESS'
      }
      history.push({ kind: 'comeback', person: newcomer.person, tries, isIn })
    },
    async evidence() {
      clock.advance(1)
      const healedAt = clock.now()
      const sessions = new Set(handedOut(history).map(({ sessionToken }) => sessionToken))
      for (const sessionToken of sessions) {
        const from = history.find(
          (event) => 'session' in event && event.session?.sessionToken === sessionToken,
        )
        const isOfBind = from !== undefined && 'clientId' in from && from.clientId === ways.bind.clientId
        await program(isOfBind ? 'bind' : 'register').refresh(sessionToken)
      }
      await fetchKeys()
      return {
        history,
        messages: [...messages.values()].toSorted((one, other) => one.at - other.at),
        rows: await readRows(server.deployment.db),
        servedKeys,
        sendBudgets: developmentSendBudgets,
        healedAt,
        applicationNames: new Map(
          Object.values(ways).map(({ clientId, application }) => [clientId, application]),
        ),
        texts: [{ name: 'the log', bytes: server.logLines.join('') }],
        secrets: [...messages.values()].flatMap(({ to, verifyCode }) => [
          { name: 'a mobile', value: to.replace('+86', '') },
          { name: 'a code', value: ` ${verifyCode} ` },
        ]),
      }
    },
  }
}
