import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, untilListening } from './ports.ts'

/** PgBouncer does not run as root; this user, which every Unix has, owns nothing. */
const NOBODY = 65534

/** A pooler between the tests and a PostgreSQL server. */
export interface PgBouncer {
  readonly url: string
  stop(): Promise<void>
}

/** Starts Debian's PgBouncer in transaction mode in front of a server. */
export async function startPgBouncer(postgresUrl: string): Promise<PgBouncer> {
  const server = new URL(postgresUrl)
  const port = await freePort()
  const directory = mkdtempSync(join(tmpdir(), 'ligature-pgbouncer-'))
  const file = join(directory, 'pgbouncer.ini')
  writeFileSync(
    file,
    [
      '[databases]',
      `* = host=${server.hostname} port=${server.port} user=${server.username} password=${server.password}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = any',
      'pool_mode = transaction',
      'max_client_conn = 1000',
      'default_pool_size = 20',
    ].join('\n'),
  )
  for (const path of [directory, file]) chmodSync(path, 0o755)

  const isRoot = process.getuid?.() === 0
  const pooler = spawn('pgbouncer', ['--quiet', file], {
    stdio: 'ignore',
    ...(isRoot && { uid: NOBODY, gid: NOBODY }),
  })
  await untilListening(port)
  server.port = String(port)
  return {
    url: server.href,
    async stop() {
      const ended = once(pooler, 'exit')
      pooler.kill('SIGTERM')
      await ended
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
