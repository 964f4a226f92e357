import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Postgres, startPostgres } from '../server/src/testing/postgres.ts'
import { disk } from './disk.ts'
import { startOurs, type OurServer } from './ours/server.ts'
import { type ServerProcess, startServer } from './process.ts'

const HERE = import.meta.dirname

/** Everything that runs while lines are measured; each part is started by the first line that asks for it. */
export interface Scene {
  /** A new directory on the disk. */
  directory(name: string): string
  weChat(): Promise<ServerProcess>
  postgres(): Promise<Postgres>
  ours(store: 'SQLite' | 'PostgreSQL'): Promise<OurServer>
  floor(algorithm: 'ES256' | 'RS256'): Promise<ServerProcess>
  close(): Promise<void>
}

/** @param profilesTo where our servers leave a profile of their processor when they end; absent: none is made */
export function openScene(profilesTo?: string): Scene {
  const profiling = profilesTo === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profilesTo}`]
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
  const scene: Scene = {
    directory,
    weChat: () => standIn('wechat'),
    postgres: () =>
      once('postgres', async () => {
        const postgres = await startPostgres({ isDurable: true })
        closing.unshift(() => postgres.remove())
        return postgres
      }),
    ours: (store) =>
      once(`ours ${store}`, async () => {
        const [{ url: weChat }, { url: carrier }] = await Promise.all([standIn('wechat'), standIn('carrier')])
        const place = { directory: directory(`ours ${store}`), weChat, carrier }
        if (store === 'SQLite') return running(startOurs(place, profiling))
        const { url } = await scene.postgres()
        return running(startOurs({ ...place, database: url }, profiling))
      }),
    floor: (algorithm) =>
      once(`floor ${algorithm}`, async () => {
        const { url } = await standIn('wechat')
        const args = [directory(`floor ${algorithm}`), algorithm, url.href.replace(/\/$/, '')]
        return running(startServer(join(HERE, 'floor/server.ts'), args))
      }),
    async close() {
      for (const close of closing.toReversed()) await close()
      rmSync(root, { recursive: true, force: true })
    },
  }
  return scene
}
