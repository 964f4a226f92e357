import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { disk } from './disk.ts'
import { onServerCore } from './machine.ts'

/** A server in a process of its own, on the core of the server. */
export interface ServerProcess {
  readonly pid: number
  readonly url: URL
  readonly readyAfterMs: number
  /** Asks the process itself for what it alone can make; only those of this folder answer. */
  ask(message: Readonly<Record<string, unknown>>): Promise<unknown>
  stop(): Promise<void>
}

export interface ServerOptions {
  readonly environment?: Readonly<Record<string, string>>
  readonly nodeFlags?: readonly string[]
  /** The others are a load's, such as the stand-in of WeChat. */
  readonly isMeasured?: boolean
}

let started = 0

/** None of them outlives this process, however that ends. */
const children = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/** Starts a program that says `ready URL` when it serves. Its log goes to a file, as in production. */
export async function startServer(
  program: string,
  args: readonly string[],
  { environment = {}, nodeFlags = [], isMeasured = true }: ServerOptions = {},
): Promise<ServerProcess> {
  const startedAt = performance.now()
  const whole = [...nodeFlags, program, ...args]
  const [command, given] = isMeasured ? onServerCore(process.execPath, whole) : [process.execPath, whole]
  const log = join(disk, `server-${++started}.log`)
  const stderr = openSync(log, 'w')
  const child = spawn(command, given, {
    env: { ...withoutSettings(process.env), NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'pipe', stderr, 'ipc'],
    serialization: 'advanced',
  })
  closeSync(stderr)
  const url = await readyUrl(child, log)
  return {
    pid: child.pid ?? 0,
    url,
    readyAfterMs: performance.now() - startedAt,
    ask: (message) => ask(child, message),
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
    },
  }
}

function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('LIGATURE_')))
}

async function readyUrl(child: ChildProcess, log: string): Promise<URL> {
  const { promise, resolve, reject } = Promise.withResolvers<URL>()
  child.once('exit', () => reject(new Error(`it ended before it was ready: ${readFileSync(log, 'utf8')}`)))
  child.once('error', reject)
  if (child.stdout === null) throw new Error('the output of a server is read')
  createInterface({ input: child.stdout }).on('line', (line) => {
    const url = /^ready (\S+)$/.exec(line)?.[1]
    if (url !== undefined) resolve(new URL(url))
  })
  children.add(child)
  child.once('exit', () => children.delete(child))
  return promise
}

const answerSchema = z.object({ id: z.number(), answer: z.unknown() })
let asked = 0

async function ask(child: ChildProcess, message: Readonly<Record<string, unknown>>): Promise<unknown> {
  const id = ++asked
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const onMessage = (received: unknown): void => {
    const { id: of, answer } = answerSchema.parse(received)
    if (of === id) resolve(answer)
  }
  child.on('message', onMessage)
  child.once('exit', reject)
  child.send({ id, ...message })
  try {
    return await promise
  } finally {
    child.off('message', onMessage)
    child.off('exit', reject)
  }
}
