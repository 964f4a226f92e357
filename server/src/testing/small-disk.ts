import { execFileSync } from 'node:child_process'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { newDirectory } from './data-directory.ts'

/** What a test of vitest is handed. */
interface RunningTest {
  readonly onTestFinished: (close: () => void) => void
}

/** A disk of a few megabytes. */
export interface SmallDisk {
  readonly directory: string
  /** Leaves no byte free. */
  fill(): void
  /** Gives the room back. */
  clear(): void
}

/** @returns `undefined` where this machine does not let us mount one */
export function mountSmallDisk(t: RunningTest, megabytes: number): SmallDisk | undefined {
  const directory = newDirectory(t)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', directory], {
      stdio: 'ignore',
    })
  } catch {
    return undefined
  }
  t.onTestFinished(() => void execFileSync('umount', ['--lazy', directory]))
  const filler = join(directory, 'filler')
  return {
    directory,
    fill() {
      const file = openSync(filler, 'w')
      for (const size of [65_536, 512, 1]) writeUntilFull(file, Buffer.alloc(size))
      closeSync(file)
    },
    clear: () => rmSync(filler),
  }
}

function writeUntilFull(file: number, bytes: Buffer): void {
  try {
    for (;;) if (writeSync(file, bytes) < bytes.length) return
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  }
}
