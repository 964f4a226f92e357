import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** The repository. */
export const root = join(import.meta.dirname, '..')

export interface Finished {
  readonly isOk: boolean
  /** What it wrote, in the order of writing; empty when it wrote to the terminal. */
  readonly output: string
}

/**
 * Runs a program of Node's in the repository. It ends with this process, whoever ends that.
 *
 * @param program a path; a package's own, because what `node_modules/.bin` holds depends on who installed last
 * @param to `terminal` to let it write there as it goes
 */
export async function run(
  program: string,
  args: readonly string[],
  to: 'terminal' | 'output' = 'output',
): Promise<Finished> {
  const isPlain = to === 'output' || !process.stdout.isTTY
  const child = spawn(process.execPath, [program, ...args], {
    cwd: root,
    env: isPlain ? { ...process.env, FORCE_COLOR: undefined, NO_COLOR: '1' } : process.env,
    stdio: to === 'terminal' ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
  })
  const chunks: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk))
  const end = () => child.kill()
  process.once('exit', end)

  const exited = Promise.withResolvers<boolean>()
  child.once('error', exited.reject)
  child.once('close', (code) => exited.resolve(code === 0))
  try {
    return { isOk: await exited.promise, output: Buffer.concat(chunks).toString() }
  } finally {
    process.off('exit', end)
  }
}

/** The path of a file inside an installed package. */
export function inPackage(name: string, file: string): string {
  return join(root, 'node_modules', name, file)
}
