import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
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
 * Makes the key file of a new data directory, readable by its owner only. It appears whole or not at all;
 * what a killed process left of a draft is written over.
 *
 * Only one process may be at this at a time, which `openVault` sees to.
 */
export function createMasterKeyFile(file: string): Buffer {
  const key = randomBytes(KEY_BYTES)
  const draft = `${file}.new`
  const handle = openSync(draft, 'w', 0o600)
  writeSync(handle, `${key.toString('base64')}\n`)
  fsyncSync(handle)
  closeSync(handle)
  renameSync(draft, file)
  syncFolder(dirname(file))
  return key
}

/** A new name in a folder survives a power cut only when the folder is flushed as well. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  fsyncSync(handle)
  closeSync(handle)
}
