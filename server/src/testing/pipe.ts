import { execFileSync } from 'node:child_process'
import { closeSync, constants, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { newDirectory } from './data-directory.ts'

/** What a test of vitest is handed. */
interface RunningTest {
  readonly onTestFinished: (close: () => void) => void
}

/** A pipe of the system, which holds 64 KiB that nobody has read. */
export interface Pipe {
  /** A file descriptor to write to. */
  readonly writer: number
  /** What can be read now. */
  read(): string
  /** Nobody reads any more. */
  closeReader(): void
  /** Somebody does again. */
  openReader(): void
  closeWriter(): void
}

/** @param waits whether a writer waits while the pipe is full, as is usual; else it is told */
export function openPipe(t: RunningTest, options: { readonly waits: boolean }): Pipe {
  const path = join(newDirectory(t), 'pipe')
  execFileSync('mkfifo', [path])
  const openReading = (): number => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  let reader: number | undefined = openReading()
  let writer: number | undefined = openSync(
    path,
    constants.O_WRONLY | (options.waits ? 0 : constants.O_NONBLOCK),
  )
  const closeReader = (): void => {
    if (reader !== undefined) closeSync(reader)
    reader = undefined
  }
  const closeWriter = (): void => {
    if (writer !== undefined) closeSync(writer)
    writer = undefined
  }
  t.onTestFinished(closeWriter)
  t.onTestFinished(closeReader)
  return {
    writer,
    read: () => (reader === undefined ? '' : readAll(reader)),
    closeReader,
    openReader: () => {
      reader = openReading()
    },
    closeWriter,
  }
}

function readAll(fileDescriptor: number): string {
  const chunks: Buffer[] = []
  const chunk = Buffer.alloc(64 * 1024)
  for (;;) {
    const size = readOnce(fileDescriptor, chunk)
    if (size === 0) return Buffer.concat(chunks).toString()
    chunks.push(Buffer.from(chunk.subarray(0, size)))
  }
}

/** @returns 0 when nothing is there, for now or for good */
function readOnce(fileDescriptor: number, chunk: Buffer): number {
  try {
    return readSync(fileDescriptor, chunk)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return 0
    throw error
  }
}
