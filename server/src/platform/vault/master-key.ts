import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { flush } from '../flush.ts'
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
  writeKeyFile(file, key)
  return key
}

/**
 * Puts a new key file in the place of the old one, which stays beside it: backups made until now need it.
 * Done again after it was cut off at any point, it comes to the same.
 *
 * @param given the new key; absent: it is in `master.key.next`
 * @returns for the operator: where both keys are
 */
export function installMasterKeyFile(directory: string, given: Buffer | undefined, now: number): string {
  const file = join(directory, 'master.key')
  const next = `${file}.next`
  const key = given ?? readMasterKeyFile(next)
  if (key === undefined || readMasterKeyFile(file)?.equals(key)) return `${file} holds the new key`

  if (given !== undefined) writeKeyFile(next, given)
  const old = `${file}.until-${new Date(now).toISOString().replace(/\W/g, '')}`
  if (existsSync(file)) renameSync(file, old)
  renameSync(next, file)
  flush(directory)
  return `${file} holds the new key; keep ${old} for as long as backups from before, then delete it`
}

function writeKeyFile(file: string, key: Buffer): void {
  const draft = `${file}.new`
  const handle = openSync(draft, 'w', 0o600)
  writeSync(handle, `${key.toString('base64')}\n`)
  fsyncSync(handle)
  closeSync(handle)
  renameSync(draft, file)
  flush(dirname(file))
}
