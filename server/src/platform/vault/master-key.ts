import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { StartError } from '../start-error.ts'

const KEY_BYTES = 32

/** Reads a master key as an operator writes it: 32 bytes in base64, as `openssl rand -base64 32` prints them. */
export function parseMasterKey(text: string, from: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64')
  if (key.length !== KEY_BYTES || key.toString('base64') !== text.trim()) {
    throw new StartError(`${from} must be 32 bytes in base64, as "openssl rand -base64 32" prints them`)
  }
  return key
}

/** @returns `undefined` when there is no such file */
export function readMasterKeyFile(file: string): Buffer | undefined {
  if (!existsSync(file)) return undefined
  return parseMasterKey(readFileSync(file, 'utf8'), file)
}

/**
 * Makes the key file of a new data directory, readable by its owner only. It appears whole or not at
 * all, and of two processes that start at once one key wins for both.
 */
export function createMasterKeyFile(file: string): Buffer {
  const draft = `${file}.${process.pid}.new`
  const handle = openSync(draft, 'wx', 0o600)
  writeSync(handle, `${randomBytes(KEY_BYTES).toString('base64')}\n`)
  fsyncSync(handle)
  closeSync(handle)
  try {
    linkSync(draft, file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    unlinkSync(draft)
  }
  syncFolder(dirname(file))
  return parseMasterKey(readFileSync(file, 'utf8'), file)
}

/** A new name in a folder survives a power cut only when the folder is flushed as well. */
function syncFolder(folder: string): void {
  const handle = openSync(join(folder, '.'), 'r')
  fsyncSync(handle)
  closeSync(handle)
}
