import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { isLongRun } from './testing/how-long.ts'
import { startPostgres } from './testing/postgres.ts'
import { check } from './testing/proof/checker.ts'
import { type Fault, type PostgresProxy, startPostgresProxy } from './testing/proof/postgres-proxy.ts'
import type { Recorded } from './testing/proof/recorder.ts'
import { type Newcomer, openScene, type Scene, type Way } from './testing/proof/scene.ts'
import { emptyDatabase } from './testing/test-data.ts'

const FAR_AWAY = 1_000_000

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
}

/** In a normal run every message of the bind, and every seventh of the rest. */
const stepOf = (name: string): number => (isLongRun || name === 'bind to an existing user' ? 1 : 7)

test.for(Object.keys(subjects))(
  'a connection that is cut before or after any message of a %s leaves it whole or not at all',
  { timeout: 600_000 },
  async (name, t) => {
    const subject = subjects[name]
    if (subject === undefined) throw new Error(name)
    const postgres = await startPostgres({ isDurable: false })
    t.onTestFinished(() => postgres.remove())
    const data = await emptyDatabase(postgres.url)
    const proxy = await startPostgresProxy(data.settings.database ?? '')
    t.onTestFinished(() => proxy.close())
    const scene = await openScene(t, { ...data, settings: { ...data.settings, database: proxy.url } })

    const whole = await tryOnce(scene, proxy, subject, { kind: 'cut before', atMessage: FAR_AWAY })
    expect(whole.recorded.outcome).toBe('ok')
    const table: Record<string, Record<string, number>> = {}
    for (let atMessage = 1; atMessage <= whole.messages.length; atMessage += stepOf(name)) {
      for (const kind of ['cut before', 'cut after'] as const) {
        const { recorded } = await tryOnce(scene, proxy, subject, { kind, atMessage })
        const says = recorded.reply?.outcome ?? 'no answer'
        const row = (table[kind] ??= {})
        row[says] = (row[says] ?? 0) + 1
      }
    }

    process.stdout.write(`${name}: ${whole.messages.length} messages; ${JSON.stringify(table)}\n`)
    expect(await check(await scene.evidence())).toEqual([])
  },
)

async function tryOnce(scene: Scene, proxy: PostgresProxy, subject: Subject, fault: Fault) {
  const newcomer = await scene.newcomer(subject.way)
  const act = await subject.prepare(scene, newcomer)
  proxy.expectFault(fault)
  const recorded = await act()
  const messages = proxy.heal()
  await delay(5)
  await scene.comeBack(newcomer)
  return { recorded, messages }
}
