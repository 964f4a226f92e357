import { execFileSync, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './ports.ts'

/** What a test of vitest is handed. */
interface RunningTest {
  readonly onTestFinished: (close: () => void) => void
}

/** A PostgreSQL server with its own tools, which the one from npm does without. */
export interface InstalledPostgres {
  readonly url: string
  /** The folder of `pg_dump` and `pg_restore`, of the server's version. */
  readonly tools: string
}

/** @returns `undefined` where this machine has no server and tools of one version installed */
export async function startInstalledPostgres(t: RunningTest): Promise<InstalledPostgres | undefined> {
  const found = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' })
  const tools = found.error === undefined ? found.stdout.trim() : ''
  if (!['initdb', 'pg_ctl', 'pg_dump', 'pg_restore'].every((name) => existsSync(join(tools, name)))) {
    return undefined
  }
  const directory = mkdtempSync(join(tmpdir(), 'ligature-postgres-'))
  const owner = ownerOf(directory)
  if (owner === undefined) return undefined
  const run = (name: string, ...args: readonly string[]) =>
    execFileSync(join(tools, name), args, { ...owner, cwd: '/', stdio: 'ignore' })

  const port = await freePort()
  const flags = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off`
  run('initdb', '--auth=trust', '--username=postgres', '--encoding=UTF8', '--no-sync', '-D', directory)
  run('pg_ctl', 'start', '--wait', '-D', directory, '-l', join(directory, 'log'), '-o', flags)
  t.onTestFinished(() => {
    run('pg_ctl', 'stop', '--mode=immediate', '-D', directory)
    rmSync(directory, { recursive: true, force: true })
  })
  return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, tools }
}

/** PostgreSQL refuses to run as root; its package made somebody for it. */
function ownerOf(directory: string): { uid?: number; gid?: number } | undefined {
  if (process.getuid?.() !== 0) return {}
  const [uid, gid] = ['-u', '-g'].map(
    (flag) => spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout,
  )
  if (uid === undefined || gid === undefined || uid.trim() === '') return undefined
  chownSync(directory, Number(uid), Number(gid))
  return { uid: Number(uid), gid: Number(gid) }
}
