import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest'
import { isLongRun } from './testing/how-long.ts'
import { type Postgres, startPostgres } from './testing/postgres.ts'
import { check } from './testing/proof/checker.ts'
import { type Fault, type PostgresProxy, startPostgresProxy } from './testing/proof/postgres-proxy.ts'
import type { Recorded } from './testing/proof/recorder.ts'
import { type Newcomer, openScene, type Scene, type Way } from './testing/proof/scene.ts'
import { startServer } from './testing/server.ts'
import { emptyDatabase } from './testing/test-data.ts'

const FAR_AWAY = 1_000_000
/** What is remembered for half a second is asked for in some goes; one such question is so many messages. */
const FEWER_AT_TIMES = 6
const STORE_AWAY = 'IDAAS.SDK.COM.9503'
/** Each waits for as long as a statement may take. */
const STALLED_AT_ONCE = 6

/** A request of one newcomer's: what goes before it, and the request itself. */
interface Subject {
  readonly way: Way
  prepare(scene: Scene, newcomer: Newcomer): Promise<() => Promise<Recorded>>
}

const bind = (way: Way): Subject => ({
  way,
  async prepare(scene, newcomer) {
    const prepared = await scene.prepare(newcomer)
    return () => scene.prove(newcomer, prepared)
  },
})

const subjects: Readonly<Record<string, Subject>> = {
  'bind to an existing user': bind('bind'),
  'bind to a new user': bind('register'),
  'login of somebody unknown': {
    way: 'bind',
    prepare:
      async (scene, { person }) =>
      () =>
        scene.program('bind').login(person),
  },
  'login of somebody known': {
    way: 'bind',
    async prepare(scene, newcomer) {
      await scene.comeBack(newcomer)
      return () => scene.program('bind').login(newcomer.person)
    },
  },
  'send of a code': {
    way: 'register',
    prepare:
      async (scene, { mobile }) =>
      () =>
        scene.program('register').send(mobile, 'REGISTER_SMS'),
  },
  refresh: {
    way: 'register',
    async prepare(scene, newcomer) {
      const { reply } = await scene.prove(newcomer, await scene.prepare(newcomer))
      return () => scene.program('register').refresh(String(reply?.body['session_token']))
    },
  },
  unbinding: {
    way: 'register',
    async prepare(scene, newcomer) {
      const { reply } = await scene.prove(newcomer, await scene.prepare(newcomer))
      const session = {
        sessionToken: String(reply?.body['session_token']),
        idToken: String(reply?.body['id_token']),
      }
      const id = await scene.identityOf(session.idToken)
      return () => scene.program('register').unbind(session, id)
    },
  },
}

/** In a normal run every message of the bind, and every seventh of the rest. */
const stepOf = (name: string): number => (isLongRun || name === 'bind to an existing user' ? 1 : 7)

let postgres: Postgres
beforeAll(async () => {
  postgres = await startPostgres({ isDurable: false })
})
afterAll(() => postgres.remove())

// The one that falls silent waits for seconds at each message, and the others work meanwhile.
describe('between the server and its PostgreSQL', { concurrent: true }, () => {
  test(
    'a PostgreSQL that falls silent in the middle of a bind is given up, and nothing is half done',
    { timeout: 600_000 },
    async (t) => {
      const lanes = Array.from({ length: STALLED_AT_ONCE }, async (_, lane) => {
        const { scene, proxy, subject, messages } = await openSubject(
          t,
          postgres.url,
          'bind to an existing user',
        )
        const step = isLongRun ? STALLED_AT_ONCE : Math.ceil(messages / 2)
        for (let atMessage = 1 + lane * 7; atMessage <= messages; atMessage += step) {
          for (const kind of ['stall before', 'stall after'] as const) {
            const { says, isStruck } = await tryOnce(scene, proxy, subject, { kind, atMessage })
            // What comes last is after the commit, and the answer does not wait for it.
            const isAtTheEnd = atMessage > messages - FEWER_AT_TIMES
            expect([
              ...(isStruck ? [STORE_AWAY] : []),
              ...(isAtTheEnd || !isStruck ? ['SUCCESS'] : []),
            ]).toContain(says)
          }
        }
        expect(await check(await scene.evidence())).toEqual([])
      })
      await Promise.all(lanes)
    },
  )

  test.for(Object.keys(subjects))(
    'a connection that is cut before or after any message of a %s leaves it whole or not at all',
    { timeout: 600_000 },
    async (name, t) => {
      const { scene, proxy, subject, messages } = await openSubject(t, postgres.url, name)

      const table: Record<string, Record<string, number>> = {}
      for (let atMessage = 1, struck = 2; struck > 0; atMessage += stepOf(name)) {
        struck = 0
        for (const kind of ['cut before', 'cut after'] as const) {
          const { says, isStruck } = await tryOnce(scene, proxy, subject, { kind, atMessage })
          if (!isStruck) continue
          struck += 1
          const row = (table[kind] ??= {})
          row[says] = (row[says] ?? 0) + 1
        }
      }

      process.stdout.write(`${name}: ${messages} messages; ${JSON.stringify(table)}\n`)
      expect(await check(await scene.evidence())).toEqual([])
    },
  )
})

async function openSubject(t: TestContext, postgresUrl: string, name: string) {
  const subject = subjects[name]
  if (subject === undefined) throw new Error(name)
  const data = await emptyDatabase(postgresUrl)
  const proxy = await startPostgresProxy(data.settings.database ?? '')
  t.onTestFinished(() => proxy.close())
  const server = await startServer(t, {
    data: { ...data, settings: { ...data.settings, database: proxy.url } },
    mode: 'dev',
    server: { publicUrl: () => 'https://id.example.com' },
  })
  const scene = await openScene({
    url: () => server.url,
    clock: server.clock,
    addUser: (mobile) => server.addUser({ mobile }),
    db: server.deployment.db,
    log: () => server.logLines.join(''),
  })

  // The first go asks for all that is remembered from then on.
  const counts: number[] = []
  for (let go = 0; go < 3; go++) {
    const act = await subject.prepare(scene, await scene.newcomer(subject.way))
    proxy.expectFault({ kind: 'cut before', atMessage: FAR_AWAY })
    expect((await act()).outcome).toBe('ok')
    counts.push(proxy.heal().length)
  }
  return { scene, proxy, subject, messages: Math.min(...counts) }
}

/** @returns what the answer said, and whether there were so many messages that the fault came to pass */
async function tryOnce(scene: Scene, proxy: PostgresProxy, subject: Subject, fault: Fault) {
  const newcomer = await scene.newcomer(subject.way)
  const act = await subject.prepare(scene, newcomer)
  proxy.expectFault(fault)
  const { reply } = await act()
  const isStruck = proxy.heal().length >= fault.atMessage
  await scene.comeBack(newcomer)
  return { says: reply?.outcome ?? 'no answer', isStruck }
}
