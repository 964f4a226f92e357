import { closeSync, fsyncSync, openSync } from 'node:fs'

/**
 * Flushes a file to the disk, or a folder: a new name in a folder survives a power cut only when the folder is
 * flushed as well.
 */
export function flush(path: string): void {
  const handle = openSync(path, 'r')
  fsyncSync(handle)
  closeSync(handle)
}
