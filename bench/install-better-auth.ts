import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, 'better-auth')

/**
 * Installs what we are compared with, once, from its own lock file: nobody who only builds or tests needs it.
 * No script of a package runs.
 *
 * @throws {Error} when npm cannot
 */
export async function installBetterAuth(): Promise<void> {
  const lock = readFileSync(join(FOLDER, 'package-lock.json'), 'utf8')
  const stamp = join(FOLDER, 'node_modules/.stamp')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  process.stderr.write('bench: installing better-auth (once) …\n')
  const npm = spawn('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error'], {
    cwd: FOLDER,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const code = await new Promise((resolve, reject) => npm.once('exit', resolve).once('error', reject))
  if (code !== 0) throw new Error('npm could not install better-auth')
  writeFileSync(stamp, lock)
}
