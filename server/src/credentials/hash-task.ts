import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'

/** What is dear about a password, as a thread of its own is told it. */
export type HashTask =
  | {
      readonly kind: 'hash'
      readonly password: string
      readonly cost: { readonly memoryCost: number; readonly timeCost: number; readonly parallelism: number }
    }
  | { readonly kind: 'argon2' | 'bcrypt'; readonly password: string; readonly hash: string }
  | {
      readonly kind: 'scrypt'
      readonly password: string
      readonly salt: Uint8Array
      readonly length: number
      readonly cost: { readonly N: number; readonly r: number; readonly p: number; readonly maxmem: number }
    }
  | {
      readonly kind: 'pbkdf2'
      readonly password: string
      readonly salt: Uint8Array
      readonly rounds: number
      readonly length: number
      readonly digest: string
    }

/** Of a worker's own heap; the 19 MiB of a hash are not in it. */
const HEAP_MIB = 32

/** Those that have nothing to do. How many there are at all is up to whoever hands out turns. */
const idle: Worker[] = []

const hashed = z.string()
const compared = z.boolean()
const derived = z.instanceof(Uint8Array)
const answer = z.union([
  z.object({ result: z.union([hashed, compared, derived]) }),
  z.object({ failure: z.string() }),
])

export const runHash = async (task: HashTask & { kind: 'hash' }) => hashed.parse(await run(task))
export const runComparison = async (task: HashTask & { kind: 'argon2' | 'bcrypt' }) =>
  compared.parse(await run(task))
export const runDerivation = async (task: HashTask & { kind: 'scrypt' | 'pbkdf2' }) =>
  derived.parse(await run(task))

/**
 * Has a thread of its own do it, at a lower priority than the one that answers requests. One that has nothing to do
 * keeps no process alive.
 *
 * @throws {Error} when it cannot be done, or the thread has died of it; the next task gets a new one
 */
async function run(task: HashTask): Promise<unknown> {
  const worker = idle.pop() ?? start()
  worker.ref()
  worker.postMessage(task)
  const said = answer.parse(await answerOf(worker))
  worker.unref()
  idle.push(worker)
  if ('failure' in said) throw new Error(`a password could not be hashed: ${said.failure}`)
  return said.result
}

/** @throws {Error} when the thread dies before it answers */
function answerOf(worker: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onMessage = (told: unknown): void => settle(() => resolve(told))
    const onError = (error: Error): void => settle(() => reject(error))
    const onExit = (): void => onError(new Error('a thread that hashes has ended'))
    const settle = (tell: () => void): void => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit)
      tell()
    }
    worker.on('message', onMessage).on('error', onError).on('exit', onExit)
  })
}

function start(): Worker {
  return new Worker(new URL(`./hash-worker${extname(import.meta.url)}`, import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
    // Nothing that this process was started with, such as its secrets, is for it.
    env: {},
    execArgv: [],
  })
}
