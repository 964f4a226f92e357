import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { inject } from 'vitest'

/** The program as it is in the repository. */
export const SOURCE = join(import.meta.dirname, '../main.ts')
/** The launcher's, so that a start in a test takes no longer than anybody's. */
const COMPILE_CACHE = join(import.meta.dirname, '../../../.cache/compile')

/** What a test of vitest is handed. */
interface RunningTest {
  readonly onTestFinished: (close: () => Promise<void>) => void
}

export interface ProcessOptions {
  /** Beside what the tests run under; nothing that begins with `LIGATURE_` is handed on. */
  readonly environment?: Readonly<Record<string, string>>
  /** Instead of the one that the tests share, which has the modules of `SOURCE` in fewer files. */
  readonly program?: string
  /** Instead of the Node that runs the tests. */
  readonly node?: string
  /** A module that is run before it. */
  readonly preload?: string
  /** For its standard input. */
  readonly input?: string
  /** A file descriptor for its standard error, instead of a pipe that is read here. */
  readonly stderr?: number
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** The real program in a process of its own, killed at the latest when the test ends. */
export interface LigatureProcess {
  readonly pid: number
  /** What it has written so far. */
  stdout(): string
  stderr(): string
  readonly exit: Promise<Exit>
  /** Sends a signal and waits for the end. */
  kill(signal: NodeJS.Signals): Promise<Exit>
}

/** The same, serving requests. */
export interface ServerProcess extends LigatureProcess {
  readonly url: string
  /** Milliseconds from its start until it said that it was ready. */
  readonly readyAfterMs: number
}

/** Runs `ligature` with these arguments. */
export function spawnLigature(
  t: RunningTest,
  args: readonly string[],
  options: ProcessOptions = {},
): LigatureProcess {
  return spawnChild(t, args, options).running
}

/**
 * Starts a server on a free port and waits until it says that it is ready.
 *
 * @param args `['dev', '--data', …]` or `['start', …]`
 * @throws {Error} with what it wrote, when it ends before
 */
export async function startProcess(
  t: RunningTest,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ServerProcess> {
  const startedAt = performance.now()
  const { stdout, running } = spawnChild(t, [...args, '--port', '0'], options)
  const ready = Promise.withResolvers<string>()
  stdout.on('data', () => {
    const url = /^ready (\S+)\n/m.exec(running.stdout())?.[1]
    if (url !== undefined) ready.resolve(url)
  })
  const ended = running.exit.then(() => {
    throw new Error(`the server ended before it was ready: ${running.stderr()}`)
  })
  const url = await Promise.race([ready.promise, ended])
  return { ...running, url, readyAfterMs: performance.now() - startedAt }
}

/** Runs a command to its end. */
export async function runLigature(
  t: RunningTest,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<Exit & { readonly stdout: string; readonly stderr: string }> {
  const running = spawnLigature(t, args, options)
  const exit = await running.exit
  return { ...exit, stdout: running.stdout(), stderr: running.stderr() }
}

/** @returns the megabytes of memory that a process holds, those that it shares with others included */
export function residentMegabytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  if (kilobytes === undefined) throw new Error('the system does not tell how much memory a process holds')
  return Number(kilobytes) / 1024
}

function spawnChild(t: RunningTest, args: readonly string[], options: ProcessOptions) {
  const preload = options.preload === undefined ? [] : ['--import', options.preload]
  const child = spawn(
    options.node ?? process.execPath,
    [...preload, options.program ?? inject('program'), ...args],
    {
      env: { ...inherited(), ...options.environment },
      stdio: ['pipe', 'pipe', options.stderr ?? 'pipe'],
    },
  )
  const { stdin, stdout, stderr } = child
  if (stdin === null || stdout === null) throw new Error('a process without the pipes that it was given')
  const exit: Promise<Exit> = once(child, 'close').then(() => ({
    code: child.exitCode,
    signal: child.signalCode,
  }))
  const end = () => child.kill('SIGKILL')
  process.once('exit', end)
  void exit.then(() => process.off('exit', end))
  t.onTestFinished(async () => {
    end()
    await exit
  })
  // A process that ends before it has read its input is no fault of the test's.
  stdin.on('error', () => undefined).end(options.input ?? '')

  const running: LigatureProcess = {
    pid: child.pid ?? 0,
    stdout: collect(stdout),
    stderr: stderr === null ? () => '' : collect(stderr),
    exit,
    async kill(signal) {
      child.kill(signal)
      return exit
    },
  }
  return { stdout, running }
}

function inherited(): Record<string, string | undefined> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('LIGATURE_'))
  return { NODE_COMPILE_CACHE: COMPILE_CACHE, ...Object.fromEntries(own) }
}

function collect(stream: Readable): () => string {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString()
}
