import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem } from 'node:os'

const SERVER_CORE = '0'
const LOAD_CORE = '1'

/** Whether processes can be kept on cores of their own; without it the load and the server disturb each other. */
export const canPin = availableParallelism() > 1 && spawnSync('taskset', ['--version']).error === undefined

/** Keeps this process, and what it starts from here on, away from the core of the server. */
export function moveToLoadCore(): void {
  if (canPin) execFileSync('taskset', ['-a', '-p', '-c', LOAD_CORE, String(process.pid)], { stdio: 'ignore' })
}

/** @returns the command that runs this one on the core of the server */
export function onServerCore(command: string, args: readonly string[]): readonly [string, readonly string[]] {
  return canPin ? ['taskset', ['-c', SERVER_CORE, command, ...args]] : [command, args]
}

/** @returns lines for the head of a result */
export function describeMachine(): readonly string[] {
  const processors = cpus()
  return [
    `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}`,
    `Node ${process.version}, SQLite ${process.versions['sqlite'] ?? 'unknown'}`,
    canPin
      ? `server on core ${SERVER_CORE}; load, PostgreSQL and stand-ins on core ${LOAD_CORE}`
      : 'NOTHING WAS PINNED: no taskset, or one core only; the server and the load disturbed each other',
  ]
}

/** What a process has used so far. */
export interface ProcessUse {
  readonly cpuMs: number
  readonly residentMb: number
  readonly writtenBytes: number
}

const TICK_MS = 10

/** @throws {Error} where there is no `/proc` */
export function useOf(pid: number): ProcessUse {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const io = readFileSync(`/proc/${pid}/io`, 'utf8')
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
    residentMb: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024,
    writtenBytes: Number(/^write_bytes: (\d+)/m.exec(io)?.[1]),
  }
}
