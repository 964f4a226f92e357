import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { askPostgres, type Postgres, startPostgres } from '../server/src/testing/postgres.ts'
import { disk } from './disk.ts'
import { type CountedServer, startCounted } from './ours/counted.ts'
import { type OurPlace, startOurs, type OurServer } from './ours/server.ts'
import { type ServerProcess, startServer } from './process.ts'
import { installBetterAuth } from './install-better-auth.ts'

const HERE = import.meta.dirname

export type Store = 'SQLite' | 'PostgreSQL'

/** Everything that runs while lines are measured; each part is started by the first line that asks for it. */
export interface Scene {
  /** A new directory on the disk. */
  directory(name: string): string
  /** Where a server of ours can be started, with stand-ins for the world outside. */
  placeFor(store: Store, name: string): Promise<OurPlace>
  /** The same with nobody else's data in it: on PostgreSQL it is a database of its own. */
  placeApart(store: Store, name: string): Promise<OurPlace>
  postgres(): Promise<Postgres>
  ours(store: Store): Promise<OurServer>
  /** Another one of the same, which is looked at and not timed. */
  counted(store: Store): Promise<CountedServer>
  floor(algorithm: 'ES256' | 'RS256'): Promise<ServerProcess>
  argon2id(): Promise<ServerProcess>
  betterAuth(store: Store): Promise<ServerProcess>
  close(): Promise<void>
}

/** The command line as it is built, which is what `start` runs. */
export const builtProgram = join(HERE, '../dist/src/main.js')
/** What the launcher adds to it. */
export const builtFlags = ['--max-semi-space-size=8', '--no-memory-reducer']

/**
 * @param program the command line that our servers are
 * @param profilesTo where they leave a profile of their processor when they end; absent: none is made
 */
export function openScene(program: string, profilesTo?: string): Scene {
  const profiling = profilesTo === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profilesTo}`]
  const nodeFlags = [...(program === builtProgram ? builtFlags : []), ...profiling]
  const root = mkdtempSync(join(disk, 'run-'))
  const started = new Map<string, Promise<unknown>>()
  const closing: (() => Promise<unknown>)[] = []
  process.once('exit', () => rmSync(root, { recursive: true, force: true }))

  // The promise under a name is always the one that its own caller put there.
  const once = <Part>(name: string, start: () => Promise<Part>): Promise<Part> => {
    const known = started.get(name) ?? start()
    started.set(name, known)
    return known as Promise<Part>
  }
  const running = async <Part extends { stop(): Promise<void> }>(part: Promise<Part>): Promise<Part> => {
    const server = await part
    closing.push(() => server.stop())
    return server
  }
  const directory = (name: string): string => {
    const path = join(root, name.replaceAll(' ', '-'))
    mkdirSync(path)
    return path
  }
  const standIn = (name: string): Promise<ServerProcess> =>
    once(name, () => running(startServer(join(HERE, `load/${name}.ts`), [], { isMeasured: false })))
  const placeFor = async (store: Store, name: string): Promise<OurPlace> => ({
    program,
    nodeFlags,
    directory: directory(`${name} ${store}`),
    weChat: (await standIn('wechat')).url,
    carrier: (await standIn('carrier')).url,
    ...(store === 'PostgreSQL' && { database: (await scene.postgres()).url }),
  })
  const placeApart = async (store: Store, name: string): Promise<OurPlace> => {
    const place = await placeFor(store, name)
    if (place.database === undefined) return place
    await askPostgres(place.database, `create database "${name}"`)
    const database = new URL(`/${name}`, place.database).href
    return { ...place, database, masterKey: randomBytes(32).toString('base64') }
  }
  const scene: Scene = {
    directory,
    placeFor,
    placeApart,
    postgres: () =>
      once('postgres', async () => {
        const postgres = await startPostgres({ isDurable: true })
        // Nobody waits for it when this process is interrupted.
        process.once('exit', () => {
          void postgres.kill().catch(() => undefined)
          rmSync(postgres.directory, { recursive: true, force: true })
        })
        closing.unshift(() => postgres.remove())
        return postgres
      }),
    ours: (store) => once(`ours ${store}`, async () => running(startOurs(await placeFor(store, 'ours')))),
    counted: (store) =>
      once(`counted ${store}`, async () => {
        const place = await placeFor(store, 'counted')
        // On PostgreSQL they share a database, as instances do.
        const masterKey = store === 'SQLite' ? undefined : (await scene.ours(store)).masterKey
        return running(startCounted({ ...place, masterKey }))
      }),
    floor: (algorithm) =>
      once(`floor ${algorithm}`, async () => {
        const { url } = await standIn('wechat')
        const args = [directory(`floor ${algorithm}`), algorithm, url.href.replace(/\/$/, '')]
        return running(startServer(join(HERE, 'floor/server.ts'), args))
      }),
    argon2id: () => once('argon2id', () => running(startServer(join(HERE, 'floor/argon2id.ts'), []))),
    betterAuth: (store) =>
      once(`better-auth ${store}`, async () => {
        const place =
          store === 'SQLite' ? join(directory('better-auth'), 'better-auth.db') : (await scene.postgres()).url
        return running(startBetterAuth(place))
      }),
    async close() {
      for (const close of closing.toReversed()) await close()
      rmSync(root, { recursive: true, force: true })
    },
  }
  return scene
}

/** @param place a file of SQLite, or the URL of a database of PostgreSQL */
export async function startBetterAuth(place: string): Promise<ServerProcess> {
  await installBetterAuth()
  return startServer(join(HERE, 'better-auth/server.ts'), [place])
}
